#include "device.h"

#include <stdio.h>
#include <string.h>
#include <sys/sysmacros.h>

void device_stat(struct stat *st, unsigned minor)
{
	st->st_mode = S_IFCHR | 0666;
	st->st_nlink = 1;
	st->st_rdev = makedev(DRM_MAJOR, minor);
	st->st_size = 0;
	st->st_blocks = 0;
}

void device_statx(struct statx *st, unsigned minor)
{
	st->stx_mode = S_IFCHR | 0666;
	st->stx_nlink = 1;
	st->stx_rdev_major = DRM_MAJOR;
	st->stx_rdev_minor = minor;
	st->stx_size = 0;
	st->stx_blocks = 0;
}

void device_name(char *name, unsigned minor)
{
	snprintf(name, DEVICE_NAME_MAX, "/dev/dri/%s%u", minor < 128 ? "card" : "renderD", minor);
}
