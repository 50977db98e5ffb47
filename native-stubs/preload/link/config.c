#include "config.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "../../spin.h"

static struct config the_config;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void read_environment(void)
{
	struct config *c = &the_config;
	const char *dir = getenv("PANTHOR_SHIM_DIR");
	const char *card = getenv("PANTHOR_SHIM_CARD");

	if (dir == NULL || dir[0] != '/' || strlen(dir) >= sizeof(c->dir))
		return;
	strcpy(c->dir, dir);
	c->dir_length = (unsigned)strlen(dir);
	c->card = card == NULL ? 0 : (unsigned)strtoul(card, NULL, 10) & 63;
	c->root_length = (unsigned)snprintf(c->root, sizeof(c->root), "%s/root", dir);
	c->server.sun_family = AF_UNIX;
	snprintf(c->server.sun_path, sizeof(c->server.sun_path), "%s/socket", dir);
	c->spin_looks = spin_looks();
	c->active = true;
}

const struct config *config(void)
{
	pthread_once(&once, read_environment);
	return &the_config;
}
