/* File systems: udev's library takes for a device only what lies on sysfs. */
#include <fcntl.h>
#include <linux/magic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/vfs.h>

#include "config.h"
#include "next.h"
#include "paths.h"
#include "sys.h"

/* The type of the file system that a path in the tree stands for. */
static void show_type(struct statfs *buf, const char *where)
{
	const char *shown = path_shown(where);

	if (shown == where)
		return;
	if (strncmp(shown, "/sys", 4) == 0)
		buf->f_type = SYSFS_MAGIC;
	else if (strncmp(shown, "/dev", 4) == 0)
		buf->f_type = TMPFS_MAGIC;
}

EXPORT int statfs(const char *name, struct statfs *buf)
{
	struct path p;
	bool ours;
	int ret;

	path_look(&p, AT_FDCWD, name);
	ours = p.kind == PATH_TREE || p.kind == PATH_DEVICE;
	ret = NEXT(statfs)(ours ? p.real : name, buf);
	if (ret == 0 && ours)
		show_type(buf, p.real);
	return ret;
}
ALSO(statfs64, statfs);

EXPORT int fstatfs(int fd, struct statfs *buf)
{
	char link[32];
	char where[OUR_PATH_MAX];
	int ret = NEXT(fstatfs)(fd, buf);
	long n;

	if (ret != 0 || !config()->active)
		return ret;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = SYS_4(SYS_readlinkat, AT_FDCWD, link, where, sizeof(where));
	if (n > 0 && n < (long)sizeof(where)) {
		where[n] = '\0';
		show_type(buf, where);
	}
	return ret;
}
ALSO(fstatfs64, fstatfs);
