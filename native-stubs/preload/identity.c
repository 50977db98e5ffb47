#include "identity.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "config.h"
#include "sys.h"

/*
 * "\0panthor-shim/<realm>/<kind><minor>.<mode>/<key>", hexadecimal. qemu-user may add a byte to a name that is shorter
 * than sun_path, so the name is always padded to the whole of it.
 */
static const char prefix[] = "panthor-shim/";

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

struct identity identify(int fd)
{
	const struct identity other = {.kind = FILE_OTHER};
	struct identity id = other;
	struct sockaddr_un name;
	socklen_t length = sizeof(name);
	uint64_t realm, minor, mode;
	const char *at = name.sun_path + 1;

	if (!config()->active)
		return other;
	if (SYS_3(SYS_getsockname, fd, &name, &length) < 0 || length != sizeof(name))
		return other;
	if (name.sun_family != AF_UNIX || name.sun_path[0] != '\0')
		return other;
	if (memcmp(at, prefix, sizeof(prefix) - 1) != 0)
		return other;
	at += sizeof(prefix) - 1;
	if (!take_hex(&at, 8, &realm) || realm != config()->realm || *at++ != '/')
		return other;
	if (*at != FILE_DEVICE && *at != FILE_FENCE)
		return other;
	id.kind = (enum file_kind)*at++;
	if (!take_hex(&at, 2, &minor) || *at++ != '.' || !take_hex(&at, 1, &mode) || *at++ != '/' ||
	    !take_hex(&at, 16, &id.key))
		return other;
	id.minor = (unsigned)minor;
	id.mode = (unsigned)mode;
	if (id.kind == FILE_DEVICE && (unsigned)fd < REMEMBERED)
		atomic_store(&remembered[fd], id.key);
	return id;
}

void identity_name(struct sockaddr_un *name, const struct identity *id)
{
	memset(name, 0, sizeof(*name));
	name->sun_family = AF_UNIX;
	snprintf(name->sun_path + 1, sizeof(name->sun_path) - 1, "%s%08x/%c%02x.%x/%016llx", prefix,
		 config()->realm, (char)id->kind, id->minor & 0xff, id->mode & 0xf, (unsigned long long)id->key);
}

uint64_t identity_new_key(void)
{
	uint64_t key = 0;
	struct timespec now;

	if (SYS_3(SYS_getrandom, &key, sizeof(key), 0) != sizeof(key)) {
		/* Without it: two files of one process differ in time, two processes in pid. */
		SYS_2(SYS_clock_gettime, CLOCK_MONOTONIC, &now);
		key = (uint64_t)SYS_1(SYS_getpid, 0) << 32 ^ (uint64_t)now.tv_sec << 30 ^ (uint64_t)now.tv_nsec;
	}
	return (key & KEY_MASK) | 1;
}
