/* chmod(2), chown(2), unlink(2) and their kin: our nodes and sysfs belong to root, whatever user made the files behind them. */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "known.h"
#include "next.h"
#include "paths.h"

/* 0 where root may do it to the file behind; -1 with `error` for other users. */
static int refuse(int error)
{
	if (geteuid() == 0)
		return 0;
	errno = error;
	return -1;
}

/* Whether `name` is ours; then `p->real` is the file behind. */
static bool is_ours(struct path *p, int dirfd, const char *name)
{
	path_look(p, dirfd, name);
	return p->kind == PATH_DEVICE || p->kind == PATH_TREE;
}

EXPORT int chmod(const char *name, mode_t mode)
{
	struct path p;

	if (!is_ours(&p, AT_FDCWD, name))
		return NEXT(chmod)(name, mode);
	return refuse(EPERM) < 0 ? -1 : NEXT(chmod)(p.real, mode);
}

EXPORT int fchmodat(int dirfd, const char *name, mode_t mode, int flags)
{
	struct path p;

	if (!is_ours(&p, dirfd, name))
		return NEXT(fchmodat)(dirfd, name, mode, flags);
	return refuse(EPERM) < 0 ? -1 : NEXT(fchmodat)(AT_FDCWD, p.real, mode, flags);
}

EXPORT int fchmod(int fd, mode_t mode)
{
	struct identity id;
	char node[OUR_PATH_MAX];

	if (!known(fd, &id) || id.kind == FILE_DMA_BUF)
		return NEXT(fchmod)(fd, mode);
	if (refuse(EPERM) < 0)
		return -1;
	if (id.kind != FILE_DEVICE)
		return 0;
	path_of_node(node, id.minor);
	return NEXT(chmod)(node, mode);
}

/* To change neither owner nor group is every user's right. */
static bool changes_owner(uid_t uid, gid_t gid)
{
	return uid != (uid_t)-1 || gid != (gid_t)-1;
}

static int change_owner(uid_t uid, gid_t gid)
{
	/* root's view of it is a matter of stat(2), which shows root */
	return changes_owner(uid, gid) ? refuse(EPERM) : 0;
}

EXPORT int chown(const char *name, uid_t uid, gid_t gid)
{
	struct path p;

	return is_ours(&p, AT_FDCWD, name) ? change_owner(uid, gid) : NEXT(chown)(name, uid, gid);
}

EXPORT int lchown(const char *name, uid_t uid, gid_t gid)
{
	struct path p;

	return is_ours(&p, AT_FDCWD, name) ? change_owner(uid, gid) : NEXT(lchown)(name, uid, gid);
}

EXPORT int fchownat(int dirfd, const char *name, uid_t uid, gid_t gid, int flags)
{
	struct path p;

	return is_ours(&p, dirfd, name) ? change_owner(uid, gid) : NEXT(fchownat)(dirfd, name, uid, gid, flags);
}

EXPORT int fchown(int fd, uid_t uid, gid_t gid)
{
	struct identity id;

	return known(fd, &id) && id.kind != FILE_DMA_BUF ? change_owner(uid, gid) : NEXT(fchown)(fd, uid, gid);
}

EXPORT int unlink(const char *name)
{
	struct path p;

	if (!is_ours(&p, AT_FDCWD, name))
		return NEXT(unlink)(name);
	return refuse(EACCES) < 0 ? -1 : NEXT(unlink)(p.real);
}

EXPORT int unlinkat(int dirfd, const char *name, int flags)
{
	struct path p;

	if (!is_ours(&p, dirfd, name))
		return NEXT(unlinkat)(dirfd, name, flags);
	return refuse(EACCES) < 0 ? -1 : NEXT(unlinkat)(AT_FDCWD, p.real, flags);
}

EXPORT int remove(const char *name)
{
	struct path p;

	if (!is_ours(&p, AT_FDCWD, name))
		return NEXT(remove)(name);
	return refuse(EACCES) < 0 ? -1 : NEXT(remove)(p.real);
}

EXPORT int rename(const char *from, const char *to)
{
	struct path p;

	if (!is_ours(&p, AT_FDCWD, from) && !is_ours(&p, AT_FDCWD, to))
		return NEXT(rename)(from, to);
	if (refuse(EACCES) < 0)
		return -1;
	/* /dev and our tree are two file systems. */
	errno = EXDEV;
	return -1;
}

EXPORT int truncate(const char *name, off_t length)
{
	struct path p;

	if (!is_ours(&p, AT_FDCWD, name))
		return NEXT(truncate)(name, length);
	errno = p.kind == PATH_DEVICE ? EINVAL : EACCES;
	return -1;
}
ALSO(truncate64, truncate);

EXPORT int utimensat(int dirfd, const char *name, const struct timespec times[2], int flags)
{
	struct path p;

	if (!is_ours(&p, dirfd, name))
		return NEXT(utimensat)(dirfd, name, times, flags);
	/* To set them to now one needs to be allowed to write only. */
	if (times != NULL && refuse(EPERM) < 0)
		return -1;
	return NEXT(utimensat)(AT_FDCWD, p.real, times, flags);
}
