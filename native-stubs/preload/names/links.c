/* readlink(2) and realpath(3): an open file is shown as its device node, the tree as what it stands for. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "device.h"
#include "known.h"
#include "next.h"
#include "others.h"
#include "paths.h"

ssize_t __readlink_chk(const char *name, char *to, size_t size, size_t room);
ssize_t __readlinkat_chk(int dirfd, const char *name, char *to, size_t size, size_t room);
char *__realpath_chk(const char *name, char *resolved, size_t room);
/* musl has none. */
_Noreturn void __chk_fail(void) __attribute__((weak));

static _Noreturn void too_small(void)
{
	if (__chk_fail != NULL)
		__chk_fail();
	abort();
}

/* What /proc/self/fd/N leads to (d_path). */
static void name_of(char *node, const struct identity *id)
{
	if (id->kind == FILE_DEVICE)
		device_name(node, id->minor);
	else
		strcpy(node, id->kind == FILE_DMA_BUF ? "/dmabuf:"
			     : id->kind == FILE_SYNC  ? "anon_inode:sync_file"
						      : "anon_inode:syncobj_file");
}

static bool try_readlink(int dirfd, const char *name, char *to, size_t size, ssize_t *result)
{
	struct path p;

	path_look(&p, dirfd, name);
	if (p.kind == PATH_FD) {
		struct identity id;
		char node[DEVICE_NAME_MAX];
		size_t length;

		if (size == 0)
			return false;
		if (p.pid != 0)
			id = identity_of_path(&p);
		else if (!known(p.fd, &id))
			return false;
		if (id.kind == FILE_OTHER)
			return false;
		name_of(node, &id);
		length = strlen(node);
		length = length < size ? length : size;
		memcpy(to, node, length);
		*result = (ssize_t)length;
		return true;
	}
	if (p.kind != PATH_TREE && p.kind != PATH_DEVICE)
		return false;
	*result = NEXT(readlink)(p.real, to, size);
	return true;
}

EXPORT ssize_t readlink(const char *restrict name, char *restrict to, size_t size)
{
	ssize_t result;

	return try_readlink(AT_FDCWD, name, to, size, &result) ? result : NEXT(readlink)(name, to, size);
}

EXPORT ssize_t readlinkat(int dirfd, const char *restrict name, char *restrict to, size_t size)
{
	ssize_t result;

	return try_readlink(dirfd, name, to, size, &result) ? result : NEXT(readlinkat)(dirfd, name, to, size);
}

EXPORT ssize_t __readlink_chk(const char *name, char *to, size_t size, size_t room)
{
	if (size > room)
		too_small();
	return readlink(name, to, size);
}

EXPORT ssize_t __readlinkat_chk(int dirfd, const char *name, char *to, size_t size, size_t room)
{
	if (size > room)
		too_small();
	return readlinkat(dirfd, name, to, size);
}

/* What the client sees of a path that libc resolved inside the tree. */
static char *show(char *path)
{
	const char *shown;

	if (path == NULL)
		return NULL;
	shown = path_shown(path);
	memmove(path, shown, strlen(shown) + 1);
	return path;
}

EXPORT char *realpath(const char *restrict name, char *restrict resolved)
{
	char node[DEVICE_NAME_MAX];
	struct path p;

	path_look(&p, AT_FDCWD, name);
	if (p.kind == PATH_FD && identity_of_path(&p).kind == FILE_DEVICE)
		device_name(node, identity_of_path(&p).minor);
	else if (p.kind == PATH_DEVICE)
		device_name(node, p.minor);
	else
		return show(NEXT(realpath)(p.kind == PATH_TREE ? p.real : name, resolved));
	return resolved == NULL ? strdup(node) : strcpy(resolved, node);
}

EXPORT char *__realpath_chk(const char *name, char *resolved, size_t room)
{
	if (room < PATH_MAX)
		too_small();
	return realpath(name, resolved);
}

EXPORT char *canonicalize_file_name(const char *name)
{
	return realpath(name, NULL);
}
