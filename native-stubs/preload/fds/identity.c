#include "identity.h"

#include <stdatomic.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>

#include "config.h"
#include "sys.h"

/*
 * The server binds each file that it gives out to "<dir>/<kind><minor>.<flags>.<key>" and takes the path away again: the
 * socket keeps the name. Numbers are hexadecimal, with 2, 6 and 13 digits.
 */
static bool take_hex(const char **at, unsigned digits, uint64_t *value)
{
	*value = 0;
	for (unsigned i = 0; i < digits; i++) {
		char c = *(*at)++;

		if (c >= '0' && c <= '9')
			*value = *value << 4 | (uint64_t)(c - '0');
		else if (c >= 'a' && c <= 'f')
			*value = *value << 4 | (uint64_t)(c - 'a' + 10);
		else
			return false;
	}
	return true;
}

#define REMEMBERED 1024
static _Atomic uint64_t remembered[REMEMBERED];

uint64_t identity_remembered(int fd)
{
	return (unsigned)fd < REMEMBERED ? atomic_load_explicit(&remembered[fd], memory_order_relaxed) : 0;
}

void identity_forget(int fd)
{
	if ((unsigned)fd < REMEMBERED)
		atomic_store(&remembered[fd], 0);
}

void identity_forget_range(unsigned first, unsigned last)
{
	for (unsigned fd = first; fd <= last && fd < REMEMBERED; fd++)
		atomic_store(&remembered[fd], 0);
}

static bool parse(const char *at, struct identity *id)
{
	uint64_t minor, flags;

	if (*at != FILE_DEVICE && *at != FILE_SYNC && *at != FILE_SYNCOBJ)
		return false;
	id->kind = (enum file_kind)*at++;
	if (!take_hex(&at, 2, &minor) || *at++ != '.' || !take_hex(&at, 6, &flags) || *at++ != '.' ||
	    !take_hex(&at, 13, &id->key) || *at != '\0')
		return false;
	id->minor = (unsigned)minor;
	id->flags = (unsigned)flags;
	return true;
}

struct identity identity_of_name(const char *name)
{
	const struct identity other = {.kind = FILE_OTHER};
	const struct config *c = config();
	struct identity id = other;

	if (!c->active || strncmp(name, c->dir, c->dir_length) != 0 || name[c->dir_length] != '/')
		return other;
	return parse(name + c->dir_length + 1, &id) ? id : other;
}

struct identity identify(int fd)
{
	const struct identity other = {.kind = FILE_OTHER};
	struct identity id;
	/* One byte more than a name can have: it always ends with a NUL. */
	union {
		struct sockaddr_un name;
		char bytes[sizeof(struct sockaddr_un) + 1];
	} of = {.bytes = {0}};
	socklen_t length = sizeof(of.name);

	if (!config()->active || SYS_3(SYS_getsockname, fd, &of.name, &length) < 0 || of.name.sun_family != AF_UNIX)
		return other;
	id = identity_of_name(of.bytes + offsetof(struct sockaddr_un, sun_path));
	if (id.kind == FILE_OTHER)
		return other;
	if ((unsigned)fd < REMEMBERED)
		atomic_store(&remembered[fd], id.kind == FILE_DEVICE ? id.key : 0);
	return id;
}
