/* Directories: libc's own opendir and scandir do not go through an interposed open. */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "config.h"
#include "next.h"
#include "paths.h"
#include "sys.h"

typedef int (*filter_fn)(const struct dirent *);
typedef int (*order_fn)(const struct dirent **, const struct dirent **);

EXPORT DIR *opendir(const char *name)
{
	struct path p;

	path_look(&p, AT_FDCWD, name);
	return NEXT(opendir)(p.kind == PATH_TREE ? p.real : name);
}

/*
 * In our /dev/dri the device nodes are empty files, and links where a real device shares the directory; in our
 * /sys/class the machine's own classes are links.
 */
static struct dirent *show_devices(DIR *dir, struct dirent *entry)
{
	char link[32];
	char where[OUR_PATH_MAX];
	const struct config *c = config();
	long n;

	if (entry == NULL || !c->active || (entry->d_type != DT_REG && entry->d_type != DT_LNK))
		return entry;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", dirfd(dir));
	n = SYS_4(SYS_readlinkat, AT_FDCWD, link, where, sizeof(where));
	if (n <= 0 || n == (long)sizeof(where))
		return entry;
	where[n] = '\0';
	if (path_shown(where) == where)
		return entry;
	if (strcmp(path_shown(where), "/dev/dri") == 0)
		entry->d_type = DT_CHR;
	else if (strcmp(path_shown(where), "/sys/class") == 0)
		entry->d_type = DT_DIR;
	return entry;
}

EXPORT struct dirent *readdir(DIR *dir)
{
	return show_devices(dir, NEXT(readdir)(dir));
}
ALSO(readdir64, readdir);

EXPORT int scandir(const char *restrict name, struct dirent ***restrict list, filter_fn filter, order_fn order)
{
	struct path p;

	path_look(&p, AT_FDCWD, name);
	return NEXT(scandir)(p.kind == PATH_TREE ? p.real : name, list, filter, order);
}
ALSO(scandir64, scandir);

EXPORT int scandirat(int dirfd, const char *restrict name, struct dirent ***restrict list, filter_fn filter,
		     order_fn order)
{
	struct path p;

	path_look(&p, dirfd, name);
	return NEXT(scandirat)(dirfd, p.kind == PATH_TREE ? p.real : name, list, filter, order);
}
ALSO(scandirat64, scandirat);
