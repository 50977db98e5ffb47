#include "device.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "paths.h"
#include "sys.h"

/* As on most machines: devtmpfs and the file system of anonymous inodes, the latter's only inode. */
#define DEVTMPFS makedev(0, 5)
#define ANON_INODES makedev(0, 15)
#define ANON_INODE 1059
#define FIRST_INODE 700

/* Mode and times are those of the file behind the node: root may change them there. */
void device_stat(struct stat *st, unsigned minor)
{
	char real[OUR_PATH_MAX];
	struct stat behind;

	path_of_node(real, minor);
	memset(st, 0, sizeof(*st));
	st->st_mode = S_IFCHR | 0666;
	if (SYS_4(SYS_newfstatat, AT_FDCWD, real, &behind, 0) == 0) {
		st->st_mode = S_IFCHR | (behind.st_mode & 07777);
		st->st_atim = behind.st_atim;
		st->st_mtim = behind.st_mtim;
		st->st_ctim = behind.st_ctim;
	}
	st->st_dev = DEVTMPFS;
	st->st_ino = FIRST_INODE + minor;
	st->st_nlink = 1;
	st->st_rdev = makedev(DRM_MAJOR, minor);
	st->st_blksize = 4096;
}

void anonymous_stat(struct stat *st)
{
	memset(st, 0, sizeof(*st));
	st->st_dev = ANON_INODES;
	st->st_ino = ANON_INODE;
	st->st_mode = S_IRUSR | S_IWUSR;
	st->st_nlink = 1;
	st->st_blksize = 4096;
}

static struct statx_timestamp time_of(const struct timespec *t)
{
	return (struct statx_timestamp){.tv_sec = t->tv_sec, .tv_nsec = (unsigned)t->tv_nsec};
}

void stat_to_statx(struct statx *to, const struct stat *from)
{
	memset(to, 0, sizeof(*to));
	to->stx_mask = STATX_BASIC_STATS;
	to->stx_blksize = (unsigned)from->st_blksize;
	to->stx_nlink = (unsigned)from->st_nlink;
	to->stx_mode = (unsigned short)from->st_mode;
	to->stx_ino = from->st_ino;
	to->stx_atime = time_of(&from->st_atim);
	to->stx_mtime = time_of(&from->st_mtim);
	to->stx_ctime = time_of(&from->st_ctim);
	to->stx_dev_major = major(from->st_dev);
	to->stx_dev_minor = minor(from->st_dev);
	to->stx_rdev_major = major(from->st_rdev);
	to->stx_rdev_minor = minor(from->st_rdev);
}

void device_name(char *name, unsigned minor)
{
	snprintf(name, DEVICE_NAME_MAX, "/dev/dri/%s%u", minor < 128 ? "card" : "renderD", minor);
}
