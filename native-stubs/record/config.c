/* The configuration of the recording library: another directory, and no device nodes of its own. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "config.h"

static struct config the_config;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void read_environment(void)
{
	const char *dir = getenv("PANTHOR_RECORD_DIR");

	if (dir == NULL || dir[0] != '/' || strlen(dir) >= sizeof(the_config.dir))
		return;
	strcpy(the_config.dir, dir);
	the_config.server.sun_family = AF_UNIX;
	snprintf(the_config.server.sun_path, sizeof(the_config.server.sun_path), "%s/socket", dir);
	the_config.active = true;
}

const struct config *config(void)
{
	pthread_once(&once, read_environment);
	return &the_config;
}
