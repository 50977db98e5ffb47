/* The filter, and the client under it. */
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "door.h"
#include "i386.h"

#if defined(__x86_64__)
#define ARCH AUDIT_ARCH_X86_64
#else
#define ARCH AUDIT_ARCH_AARCH64
#endif

#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define LOAD_ARG(i) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args) + 8 * (i))
#define IF(value, yes, no) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, yes, no)
#define RETURN(what) BPF_STMT(BPF_RET | BPF_K, what)
#define ASK SECCOMP_RET_USER_NOTIF
#define PASS SECCOMP_RET_ALLOW
/* Asks about one call. */
#define ASK_IF(nr) IF(nr, 0, 1), RETURN(ASK)

/* Of ioctl(2), those of DRM, dma-bufs and sync_files; of mmap(2), those of files. All other calls pass. */
#define ASK_ABOUT_FILES(ioctl_nr, mmap_nr)                                                                    \
	IF(ioctl_nr, 0, 7), LOAD_ARG(1), BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0xff00), IF('d' << 8, 3, 0),     \
		IF('b' << 8, 2, 0), IF('>' << 8, 1, 0), RETURN(PASS), RETURN(ASK), IF(mmap_nr, 0, 4),         \
		LOAD_ARG(3), BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, MAP_ANONYMOUS, 1, 0), RETURN(ASK),          \
		RETURN(PASS), RETURN(PASS)

static const struct sock_filter own_calls[] = {
	LOAD(nr),
	ASK_IF(SYS_openat),
	ASK_IF(SYS_newfstatat),
	ASK_IF(SYS_statx),
	ASK_IF(SYS_fstat),
	ASK_IF(SYS_readlinkat),
	ASK_IF(SYS_faccessat),
	ASK_IF(SYS_getxattr),
	ASK_IF(SYS_lgetxattr),
	ASK_IF(SYS_listxattr),
	ASK_IF(SYS_llistxattr),
#if defined(__x86_64__)
	ASK_IF(SYS_open),
	ASK_IF(SYS_stat),
	ASK_IF(SYS_lstat),
	ASK_IF(SYS_readlink),
	ASK_IF(SYS_access),
#endif
	ASK_ABOUT_FILES(SYS_ioctl, SYS_mmap),
};

#if defined(__x86_64__)
static const struct sock_filter i386_calls[] = {
	LOAD(nr),
	ASK_IF(I386_OPEN),
	ASK_IF(I386_OPENAT),
	ASK_IF(I386_STAT64),
	ASK_IF(I386_LSTAT64),
	ASK_IF(I386_FSTAT64),
	ASK_IF(I386_FSTATAT64),
	ASK_IF(I386_STATX),
	ASK_IF(I386_READLINK),
	ASK_IF(I386_READLINKAT),
	ASK_IF(I386_ACCESS),
	ASK_IF(I386_FACCESSAT),
	ASK_IF(I386_GETXATTR),
	ASK_IF(I386_LGETXATTR),
	ASK_IF(I386_LISTXATTR),
	ASK_IF(I386_LLISTXATTR),
	ASK_ABOUT_FILES(I386_IOCTL, I386_MMAP2),
};
#endif

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define MOST 256

/* Appends the part that decides about calls of one architecture; those of another go on behind it. */
static unsigned append(struct sock_filter *program, unsigned at, uint32_t arch, const struct sock_filter *part, size_t length)
{
	program[at] = (struct sock_filter)IF(arch, 0, (uint8_t)length);
	memcpy(&program[at + 1], part, length * sizeof(*part));
	return at + 1 + (unsigned)length;
}

static unsigned make_program(struct sock_filter program[MOST])
{
	unsigned at = 0;

	program[at++] = (struct sock_filter)LOAD(arch);
	at = append(program, at, ARCH, own_calls, LENGTH(own_calls));
#if defined(__x86_64__)
	at = append(program, at, AUDIT_ARCH_I386, i386_calls, LENGTH(i386_calls));
#endif
	program[at++] = (struct sock_filter)RETURN(PASS);
	return at;
}

static int send_fd(int socket, int fd)
{
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(sizeof(int))];
	} space = {.header = {.cmsg_len = CMSG_LEN(sizeof(int)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS}};
	char byte = 0;
	struct iovec part = {&byte, 1};
	struct msghdr message = {
		.msg_iov = &part, .msg_iovlen = 1, .msg_control = &space, .msg_controllen = sizeof(space)};

	memcpy(CMSG_DATA(&space.header), &fd, sizeof(fd));
	return sendmsg(socket, &message, 0) == 1 ? 0 : -1;
}

static int receive_fd(int socket)
{
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(sizeof(int))];
	} space;
	char byte;
	struct iovec part = {&byte, 1};
	struct msghdr message = {
		.msg_iov = &part, .msg_iovlen = 1, .msg_control = &space, .msg_controllen = sizeof(space)};
	int fd;

	if (recvmsg(socket, &message, MSG_CMSG_CLOEXEC) != 1 || message.msg_controllen < sizeof(space))
		return -1;
	memcpy(&fd, CMSG_DATA(&space.header), sizeof(fd));
	return fd;
}

static _Noreturn void become_client(char **argv, int socket)
{
	struct sock_filter program[MOST];
	struct sock_fprog filter = {.len = (unsigned short)make_program(program), .filter = program};
	int listener;

	prctl(PR_SET_PTRACER, getppid(), 0, 0, 0);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		_exit(126);
	listener = (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &filter);
	if (listener < 0 || send_fd(socket, listener) < 0) {
		fprintf(stderr, "panthor-shim: seccomp user notification is not to be had here: %s\n", strerror(errno));
		_exit(126);
	}
	close(listener);
	close(socket);
	execvp(argv[0], argv);
	fprintf(stderr, "panthor-shim: cannot run %s: %s\n", argv[0], strerror(errno));
	_exit(errno == ENOENT ? 127 : 126);
}

int start_client(char **argv, pid_t *pid)
{
	int ends[2];
	int listener;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
		return -1;
	*pid = fork();
	if (*pid == 0) {
		close(ends[0]);
		become_client(argv, ends[1]);
	}
	close(ends[1]);
	listener = *pid < 0 ? -1 : receive_fd(ends[0]);
	close(ends[0]);
	return listener;
}
