/* What the client asks about paths and files without opening them. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "device.h"
#include "door.h"
#include "paths.h"
#include "usermem.h"

void look_at(const struct notice *n, struct path *p, int dirfd, uint64_t name)
{
	char path[OUR_PATH_MAX];
	char link[64];
	char absolute[2 * OUR_PATH_MAX];
	ssize_t got;

	p->kind = PATH_OTHER;
	if (!read_path(n, name, path, sizeof(path)))
		return;
	if (path[0] == '/') {
		path_look(p, AT_FDCWD, path);
	} else if (path[0] != '\0') {
		if (dirfd == AT_FDCWD)
			snprintf(link, sizeof(link), "/proc/%d/cwd", n->tid);
		else
			snprintf(link, sizeof(link), "/proc/%d/fd/%d", n->tid, dirfd);
		got = readlink(link, absolute, OUR_PATH_MAX);
		if (got <= 0 || got >= OUR_PATH_MAX)
			return;
		absolute[got] = '\0';
		snprintf(absolute + got, sizeof(absolute) - (size_t)got, "/%s", path);
		path_look(p, AT_FDCWD, path_shown(absolute));
	}
	if (p->kind == PATH_FD || p->kind == PATH_FDINFO)
		p->kind = PATH_OTHER; /* this process's, not the client's */
}

void on_stat(const struct notice *n, int dirfd, uint64_t name, uint64_t to, int flags, bool extended)
{
	struct identity id = {.kind = FILE_OTHER};
	struct path p = {.kind = PATH_OTHER};
	struct stat st;
	struct statx stx;
	char first = 1;

	current = n;
	if (name == 0 || ((flags & AT_EMPTY_PATH) != 0 && usermem_read(&first, name, 1) == 1 && first == '\0'))
		id = identity_of(n, dirfd);
	else
		look_at(n, &p, dirfd, name);
	if (p.kind == PATH_DEVICE || id.kind == FILE_DEVICE) {
		device_stat(&st, p.kind == PATH_DEVICE ? p.minor : id.minor);
	} else if (id.kind != FILE_OTHER) {
		anonymous_stat(&st);
	} else if (p.kind == PATH_TREE) {
		if (fstatat(AT_FDCWD, p.real, &st, flags & AT_SYMLINK_NOFOLLOW) < 0) {
			answer(n, -errno);
			return;
		}
	} else {
		let_pass(n);
		return;
	}
	if (extended) {
		stat_to_statx(&stx, &st);
		answer(n, usermem_write(to, &stx, sizeof(stx)) == sizeof(stx) ? 0 : -EFAULT);
	} else if (n->compat) {
		answer(n, write_stat_i386(to, &st) ? 0 : -EFAULT);
	} else {
		answer(n, usermem_write(to, &st, sizeof(st)) == sizeof(st) ? 0 : -EFAULT);
	}
}

void on_readlink(const struct notice *n, int dirfd, uint64_t name, uint64_t to, size_t size)
{
	char target[OUR_PATH_MAX];
	struct path p;
	ssize_t got;

	look_at(n, &p, dirfd, name);
	if (p.kind != PATH_TREE && p.kind != PATH_DEVICE) {
		let_pass(n);
		return;
	}
	got = readlink(p.real, target, sizeof(target));
	if (got < 0) {
		answer(n, -errno);
		return;
	}
	if ((size_t)got > size)
		got = (ssize_t)size;
	answer(n, usermem_write(to, target, (size_t)got) == (size_t)got ? got : -EFAULT);
}

void on_access(const struct notice *n, int dirfd, uint64_t name, int mode)
{
	struct path p;

	look_at(n, &p, dirfd, name);
	if (p.kind != PATH_TREE && p.kind != PATH_DEVICE)
		let_pass(n);
	else
		answer(n, faccessat(AT_FDCWD, p.real, mode, 0) < 0 ? -errno : 0);
}

void on_xattr(const struct notice *n, uint64_t name, int result)
{
	struct path p;

	look_at(n, &p, AT_FDCWD, name);
	if (p.kind != PATH_TREE && p.kind != PATH_DEVICE)
		let_pass(n);
	else
		answer(n, result);
}
