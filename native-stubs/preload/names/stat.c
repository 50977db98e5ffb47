/* stat(2), access(2) and their names. */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>

#include "device.h"
#include "next.h"
#include "others.h"
#include "paths.h"
#include "sys.h"

/* What older binaries and libc's of the time call; the version number is 0 or 1 and always means struct stat. */
int __xstat(int version, const char *name, struct stat *st);
int __lxstat(int version, const char *name, struct stat *st);
int __fxstat(int version, int fd, struct stat *st);
int __fxstatat(int version, int dirfd, const char *name, struct stat *st, int flags);
int eaccess(const char *name, int mode);

/* AT_EMPTY_PATH: the call is about the descriptor itself. (By way of uintptr_t: libc declares names as never NULL.) */
static bool means_fd(const char *name, int flags)
{
	return (flags & AT_EMPTY_PATH) != 0 && (uintptr_t)name != 0 && name[0] == '\0';
}

/* Whether the call is ours; then `*result` is what it returns. */
static bool try_stat(int dirfd, const char *name, struct stat *st, int flags, int *result)
{
	struct path p;

	path_look(&p, dirfd, name);
	if (p.kind == PATH_FD && (flags & AT_SYMLINK_NOFOLLOW) == 0) {
		struct identity id = identity_of_path(&p);

		*result = 0;
		if (id.kind == FILE_DEVICE)
			device_stat(st, id.minor);
		else if (id.kind != FILE_OTHER)
			anonymous_stat(st);
		return id.kind != FILE_OTHER;
	}
	if (p.kind != PATH_TREE && p.kind != PATH_DEVICE)
		return false;
	*result = NEXT(fstatat)(AT_FDCWD, p.real, st, flags);
	if (*result == 0 && p.kind == PATH_DEVICE)
		device_stat(st, p.minor);
	return true;
}

static int look_at_fd(int fd, struct stat *st, int result)
{
	struct identity id;

	if (result != 0 || !S_ISSOCK(st->st_mode))
		return result;
	id = identify(fd);
	if (id.kind == FILE_DEVICE)
		device_stat(st, id.minor);
	else if (id.kind != FILE_OTHER)
		anonymous_stat(st);
	return 0;
}

EXPORT int stat(const char *restrict name, struct stat *restrict st)
{
	int result;

	return try_stat(AT_FDCWD, name, st, 0, &result) ? result : NEXT(stat)(name, st);
}
ALSO(stat64, stat);

EXPORT int lstat(const char *restrict name, struct stat *restrict st)
{
	int result;

	return try_stat(AT_FDCWD, name, st, AT_SYMLINK_NOFOLLOW, &result) ? result : NEXT(lstat)(name, st);
}
ALSO(lstat64, lstat);

EXPORT int fstat(int fd, struct stat *st)
{
	return look_at_fd(fd, st, NEXT(fstat)(fd, st));
}
ALSO(fstat64, fstat);

EXPORT int fstatat(int dirfd, const char *restrict name, struct stat *restrict st, int flags)
{
	int result;

	if (means_fd(name, flags))
		return look_at_fd(dirfd, st, NEXT(fstatat)(dirfd, name, st, flags));
	return try_stat(dirfd, name, st, flags, &result) ? result : NEXT(fstatat)(dirfd, name, st, flags);
}
ALSO(fstatat64, fstatat);

EXPORT int __xstat(int version, const char *name, struct stat *st)
{
	int result;

	return try_stat(AT_FDCWD, name, st, 0, &result) ? result : NEXT(__xstat)(version, name, st);
}
ALSO(__xstat64, __xstat);

EXPORT int __lxstat(int version, const char *name, struct stat *st)
{
	int result;

	return try_stat(AT_FDCWD, name, st, AT_SYMLINK_NOFOLLOW, &result) ? result
									  : NEXT(__lxstat)(version, name, st);
}
ALSO(__lxstat64, __lxstat);

EXPORT int __fxstat(int version, int fd, struct stat *st)
{
	return look_at_fd(fd, st, NEXT(__fxstat)(version, fd, st));
}
ALSO(__fxstat64, __fxstat);

EXPORT int __fxstatat(int version, int dirfd, const char *name, struct stat *st, int flags)
{
	int result;

	if (means_fd(name, flags))
		return look_at_fd(dirfd, st, NEXT(__fxstatat)(version, dirfd, name, st, flags));
	return try_stat(dirfd, name, st, flags, &result) ? result
							 : NEXT(__fxstatat)(version, dirfd, name, st, flags);
}
ALSO(__fxstatat64, __fxstatat);

EXPORT int statx(int dirfd, const char *restrict name, int flags, unsigned mask, struct statx *restrict st)
{
	struct identity id = {.kind = FILE_OTHER};
	struct path p = {.kind = PATH_OTHER};
	struct stat plain;
	int result;

	if (means_fd(name, flags))
		id = identify(dirfd);
	else
		path_look(&p, dirfd, name);
	if (p.kind == PATH_FD && (flags & AT_SYMLINK_NOFOLLOW) == 0)
		id = identity_of_path(&p);
	if (p.kind == PATH_TREE || p.kind == PATH_DEVICE)
		result = NEXT(statx)(AT_FDCWD, p.real, flags, mask, st);
	else
		result = NEXT(statx)(dirfd, name, flags, mask, st);
	if (result != 0 || (p.kind != PATH_DEVICE && id.kind == FILE_OTHER))
		return result;
	if (id.kind == FILE_OTHER || id.kind == FILE_DEVICE)
		device_stat(&plain, p.kind == PATH_DEVICE ? p.minor : id.minor);
	else
		anonymous_stat(&plain);
	stat_to_statx(st, &plain);
	return 0;
}

static int check_access(int dirfd, const char *name, int mode, int flags, bool *ours)
{
	struct path p;

	path_look(&p, dirfd, name);
	*ours = p.kind == PATH_TREE || p.kind == PATH_DEVICE;
	return *ours ? NEXT(faccessat)(AT_FDCWD, p.real, mode, flags) : 0;
}

EXPORT int access(const char *name, int mode)
{
	bool ours;
	int result = check_access(AT_FDCWD, name, mode, 0, &ours);

	return ours ? result : NEXT(access)(name, mode);
}

EXPORT int faccessat(int dirfd, const char *name, int mode, int flags)
{
	bool ours;
	int result = check_access(dirfd, name, mode, flags, &ours);

	return ours ? result : NEXT(faccessat)(dirfd, name, mode, flags);
}

EXPORT int euidaccess(const char *name, int mode)
{
	bool ours;
	int result = check_access(AT_FDCWD, name, mode, AT_EACCESS, &ours);

	return ours ? result : NEXT(euidaccess)(name, mode);
}

EXPORT int eaccess(const char *name, int mode)
{
	bool ours;
	int result = check_access(AT_FDCWD, name, mode, AT_EACCESS, &ours);

	return ours ? result : NEXT(eaccess)(name, mode);
}
