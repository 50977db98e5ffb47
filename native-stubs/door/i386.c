/* Calls of programs for i386 on an x86-64 machine: other numbers, and another struct stat64. */
#include "door.h"

#include <errno.h>
#include <fcntl.h>

#include "i386.h"
#include "usermem.h"

#if defined(__x86_64__)

/* arch/x86/include/uapi/asm/stat.h; of 64 bits in 32-bit programs, which align them to 4 bytes. */
struct stat_i386 {
	uint64_t dev;
	uint32_t pad0, short_ino, mode, nlink, uid, gid;
	uint64_t rdev;
	uint32_t pad3;
	int64_t size;
	uint32_t blksize;
	uint64_t blocks;
	uint32_t atime, atime_nsec, mtime, mtime_nsec, ctime, ctime_nsec;
	uint64_t ino;
} __attribute__((packed));

_Static_assert(sizeof(struct stat_i386) == 96, "as the kernel has it");

bool write_stat_i386(uint64_t to, const struct stat *st)
{
	struct stat_i386 s = {
		.dev = st->st_dev,
		.short_ino = (uint32_t)st->st_ino,
		.mode = st->st_mode,
		.nlink = (uint32_t)st->st_nlink,
		.uid = st->st_uid,
		.gid = st->st_gid,
		.rdev = st->st_rdev,
		.size = st->st_size,
		.blksize = (uint32_t)st->st_blksize,
		.blocks = (uint64_t)st->st_blocks,
		.atime = (uint32_t)st->st_atim.tv_sec,
		.atime_nsec = (uint32_t)st->st_atim.tv_nsec,
		.mtime = (uint32_t)st->st_mtim.tv_sec,
		.mtime_nsec = (uint32_t)st->st_mtim.tv_nsec,
		.ctime = (uint32_t)st->st_ctim.tv_sec,
		.ctime_nsec = (uint32_t)st->st_ctim.tv_nsec,
		.ino = st->st_ino,
	};

	return usermem_write(to, &s, sizeof(s)) == sizeof(s);
}

void dispatch_i386(const struct notice *n)
{
	const uint64_t *a = (const uint64_t *)n->data.args;

	switch (n->data.nr) {
	case I386_OPEN:
		on_open(n, AT_FDCWD, a[0], (int)a[1], (mode_t)a[2]);
		break;
	case I386_OPENAT:
		on_open(n, (int)a[0], a[1], (int)a[2], (mode_t)a[3]);
		break;
	case I386_IOCTL:
		on_ioctl(n);
		break;
	case I386_MMAP2:
		on_mmap(n);
		break;
	case I386_STAT64:
		on_stat(n, AT_FDCWD, a[0], a[1], 0, false);
		break;
	case I386_LSTAT64:
		on_stat(n, AT_FDCWD, a[0], a[1], AT_SYMLINK_NOFOLLOW, false);
		break;
	case I386_FSTAT64:
		on_stat(n, (int)a[0], 0, a[1], 0, false);
		break;
	case I386_FSTATAT64:
		on_stat(n, (int)a[0], a[1], a[2], (int)a[3], false);
		break;
	case I386_STATX:
		on_stat(n, (int)a[0], a[1], a[4], (int)a[2], true);
		break;
	case I386_READLINK:
		on_readlink(n, AT_FDCWD, a[0], a[1], a[2]);
		break;
	case I386_READLINKAT:
		on_readlink(n, (int)a[0], a[1], a[2], a[3]);
		break;
	case I386_ACCESS:
		on_access(n, AT_FDCWD, a[0], (int)a[1]);
		break;
	case I386_FACCESSAT:
		on_access(n, (int)a[0], a[1], (int)a[2]);
		break;
	case I386_GETXATTR:
	case I386_LGETXATTR:
		on_xattr(n, a[0], -ENODATA);
		break;
	case I386_LISTXATTR:
	case I386_LLISTXATTR:
		on_xattr(n, a[0], 0);
		break;
	default:
		let_pass(n);
	}
}

#else

bool write_stat_i386(uint64_t to, const struct stat *st)
{
	(void)to;
	(void)st;
	return false;
}

void dispatch_i386(const struct notice *n)
{
	let_pass(n);
}

#endif
