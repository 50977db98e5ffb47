/* open(2) and its names: a device node becomes a connection to the server, a file of the tree its real path. */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "channel.h"
#include "known.h"
#include "next.h"
#include "others.h"
#include "paths.h"
#include "sys.h"

int __open_2(const char *name, int flags);
int __openat_2(int dirfd, const char *name, int flags);

/* drm_open() by node number; what VFS refuses before that comes first. */
static int open_device(unsigned minor, int flags)
{
	int ret;

	if ((flags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL))
		ret = -EEXIST;
	else if ((flags & O_DIRECTORY) != 0)
		ret = -ENOTDIR;
	else if ((flags & O_EXCL) != 0)
		ret = -EBUSY; /* drm_open_helper() */
	else if ((flags & O_DIRECT) != 0)
		ret = -EINVAL;
	else
		ret = channel_open(minor, flags, false);
	if (ret >= 0) {
		known_learn(ret);
		return ret;
	}
	errno = -ret;
	return -1;
}

/* Whether the call is ours; then `*result` is what it returns. */
static bool try_open(int dirfd, const char *name, int flags, mode_t mode, int *result)
{
	struct path p;

	path_look(&p, dirfd, name);
	if (p.kind == PATH_FD) {
		struct identity id = identity_of_path(&p);

		if (id.kind != FILE_DEVICE)
			return false;
		p.kind = PATH_DEVICE;
		p.minor = id.minor;
		/* The link opens the device node again. */
	}
	if (p.kind == PATH_DEVICE && (flags & O_PATH) == 0) {
		*result = open_device(p.minor, flags);
		return true;
	}
	if (p.kind == PATH_FDINFO) {
		struct identity id = identity_of_path(&p);

		if (id.kind != FILE_DEVICE)
			return false;
		*result = channel_fdinfo(id.key);
		if (*result < 0) {
			errno = -*result;
			*result = -1;
		}
		return true;
	}
	if (p.kind == PATH_OTHER || p.real[0] == '\0')
		return false;
	*result = NEXT(open)(p.real, flags, mode);
	return true;
}

/* The mode argument is there only when the flags say so; reading it then is what open(2) promises. */
#define TAKE_MODE(mode, flags)                                                                               \
	mode_t mode = 0;                                                                                     \
	if (((flags)&O_CREAT) != 0 || ((flags)&O_TMPFILE) == O_TMPFILE) {                                    \
		va_list args;                                                                                \
		va_start(args, flags);                                                                       \
		mode = va_arg(args, mode_t);                                                                 \
		va_end(args);                                                                                \
	}

EXPORT int open(const char *name, int flags, ...)
{
	int result;

	TAKE_MODE(mode, flags)
	return try_open(AT_FDCWD, name, flags, mode, &result) ? result : NEXT(open)(name, flags, mode);
}
ALSO(open64, open);
ALSO(__open, open);
ALSO(__open64, open);

EXPORT int openat(int dirfd, const char *name, int flags, ...)
{
	int result;

	TAKE_MODE(mode, flags)
	return try_open(dirfd, name, flags, mode, &result) ? result : NEXT(openat)(dirfd, name, flags, mode);
}
ALSO(openat64, openat);

EXPORT int __open_2(const char *name, int flags)
{
	int result;

	return try_open(AT_FDCWD, name, flags, 0, &result) ? result : NEXT(__open_2)(name, flags);
}
ALSO(__open64_2, __open_2);

EXPORT int __openat_2(int dirfd, const char *name, int flags)
{
	int result;

	return try_open(dirfd, name, flags, 0, &result) ? result : NEXT(__openat_2)(dirfd, name, flags);
}
ALSO(__openat64_2, __openat_2);

EXPORT FILE *fopen(const char *name, const char *mode)
{
	struct path p;

	path_look(&p, AT_FDCWD, name);
	if (p.kind == PATH_TREE)
		return NEXT(fopen)(p.real, mode);
	if (p.kind == PATH_FDINFO) {
		struct identity id = identity_of_path(&p);
		int fd = id.kind == FILE_DEVICE ? channel_fdinfo(id.key) : -1;

		if (fd >= 0)
			return fdopen(fd, "r");
	}
	if (p.kind == PATH_DEVICE) {
		int plus = strchr(mode, '+') != NULL;
		int fd = open_device(p.minor, (plus ? O_RDWR : mode[0] == 'r' ? O_RDONLY : O_WRONLY) |
						      (strchr(mode, 'e') != NULL ? O_CLOEXEC : 0));
		FILE *file = fd < 0 ? NULL : fdopen(fd, mode);

		if (fd >= 0 && file == NULL)
			sys_close(fd);
		return file;
	}
	return NEXT(fopen)(name, mode);
}
ALSO(fopen64, fopen);
