/* Extended attributes by name, for `ls -l`. Those of the placeholders are shown; a device node has none either. */
#include <fcntl.h>
#include <sys/xattr.h>

#include "next.h"
#include "paths.h"

static const char *real_name(struct path *p, const char *name)
{
	path_look(p, AT_FDCWD, name);
	return p->kind == PATH_TREE || p->kind == PATH_DEVICE ? p->real : name;
}

EXPORT ssize_t getxattr(const char *name, const char *attribute, void *value, size_t size)
{
	struct path p;

	return NEXT(getxattr)(real_name(&p, name), attribute, value, size);
}

EXPORT ssize_t lgetxattr(const char *name, const char *attribute, void *value, size_t size)
{
	struct path p;

	return NEXT(lgetxattr)(real_name(&p, name), attribute, value, size);
}

EXPORT ssize_t listxattr(const char *name, char *list, size_t size)
{
	struct path p;

	return NEXT(listxattr)(real_name(&p, name), list, size);
}

EXPORT ssize_t llistxattr(const char *name, char *list, size_t size)
{
	struct path p;

	return NEXT(llistxattr)(real_name(&p, name), list, size);
}
