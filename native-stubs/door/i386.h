/* Numbers of system calls of i386 (arch/x86/entry/syscalls/syscall_32.tbl), which x86-64 headers do not have. */
#ifndef PANTHOR_SHIM_I386_H
#define PANTHOR_SHIM_I386_H

#define I386_OPEN 5
#define I386_ACCESS 33
#define I386_IOCTL 54
#define I386_READLINK 85
#define I386_MMAP2 192
#define I386_STAT64 195
#define I386_LSTAT64 196
#define I386_FSTAT64 197
#define I386_GETXATTR 229
#define I386_LGETXATTR 230
#define I386_LISTXATTR 232
#define I386_LLISTXATTR 233
#define I386_OPENAT 295
#define I386_FSTATAT64 300
#define I386_READLINKAT 305
#define I386_FACCESSAT 307
#define I386_STATX 383

#endif
