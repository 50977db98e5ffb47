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

static const struct sock_filter program[] = {
	LOAD(arch),
	IF(ARCH, 1, 0),
	RETURN(PASS),
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
	IF(SYS_ioctl, 0, 7),
	/* Those of DRM, dma-bufs and sync_files. */
	LOAD_ARG(1),
	BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0xff00),
	IF('d' << 8, 3, 0),
	IF('b' << 8, 2, 0),
	IF('>' << 8, 1, 0),
	RETURN(PASS),
	RETURN(ASK),
	IF(SYS_mmap, 0, 4),
	LOAD_ARG(3),
	BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, MAP_ANONYMOUS, 1, 0),
	RETURN(ASK),
	RETURN(PASS),
	RETURN(PASS),
};

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
	struct sock_fprog filter = {
		.len = sizeof(program) / sizeof(program[0]),
		.filter = (struct sock_filter *)(uintptr_t)program,
	};
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
