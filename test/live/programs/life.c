/*
 * How long an open file lives: as long as a descriptor or a mapping of it does, wherever they are. The number of a new
 * VM tells whether a file is the same one. `life crowd` leaves things behind for the server to clear away.
 */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

static void send_fd(int socket, int fd)
{
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(sizeof(int))];
	} control = {0};
	char byte = 'x';
	struct iovec part = {&byte, 1};
	struct msghdr msg = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control)};

	control.header = (struct cmsghdr){.cmsg_len = CMSG_LEN(sizeof(int)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
	memcpy(CMSG_DATA(&control.header), &fd, sizeof(fd));
	CHECK(sendmsg(socket, &msg, 0) == 1);
}

static int receive_fd(int socket)
{
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(sizeof(int))];
	} control = {0};
	char byte;
	struct iovec part = {&byte, 1};
	struct msghdr msg = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control)};
	int fd = -1;

	CHECK(recvmsg(socket, &msg, 0) == 1);
	memcpy(&fd, CMSG_DATA(&control.header), sizeof(fd));
	return fd;
}

static void through_fork(void)
{
	int fd = open(RENDER, O_RDWR);
	int status = -1;

	CHECK(make_vm(fd) == 1);
	pid_t child = fork();
	if (child == 0) {
		CHECK(make_vm(fd) == 2);
		close(fd);
		_exit(failures);
	}
	CHECK(waitpid(child, &status, 0) == child && status == 0);
	CHECK(make_vm(fd) == 3);
	/* The parent closes first: the child still has it. */
	int pair[2];
	CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
	child = fork();
	if (child == 0) {
		char go;

		CHECK(read(pair[1], &go, 1) == 1);
		CHECK(make_vm(fd) == 4);
		_exit(failures);
	}
	close(fd);
	CHECK(write(pair[0], "g", 1) == 1);
	CHECK(waitpid(child, &status, 0) == child && status == 0);
	close(pair[0]);
	close(pair[1]);
}

static void through_vfork_and_exec(char *self)
{
	int fd = open(RENDER, O_RDWR);
	char number[16];
	int status = -1;

	CHECK(make_vm(fd) == 1);
	snprintf(number, sizeof(number), "%d", fd);
	pid_t child = vfork();
	if (child == 0) {
		execl(self, self, "continue", number, (char *)NULL);
		_exit(99);
	}
	CHECK(waitpid(child, &status, 0) == child && status == 0);
	CHECK(make_vm(fd) == 3);
	CHECK(fcntl(fd, F_SETFD, FD_CLOEXEC) == 0);
	child = fork();
	if (child == 0) {
		execl(self, self, "gone", number, (char *)NULL);
		_exit(99);
	}
	CHECK(waitpid(child, &status, 0) == child && status == 0);
	close(fd);
}

static void through_a_socket(void)
{
	int fd = open(RENDER, O_RDWR);
	int pair[2];
	int status = -1;

	CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
	pid_t child = fork();
	if (child == 0) {
		close(fd);
		int got = receive_fd(pair[1]);
		CHECK(make_vm(got) == 2);
		_exit(failures);
	}
	CHECK(make_vm(fd) == 1);
	send_fd(pair[0], fd);
	close(fd);
	CHECK(waitpid(child, &status, 0) == child && status == 0);
	close(pair[0]);
	close(pair[1]);
}

/* A mapping holds the file: its handle stays good for a caller that finds the file again, here through another descriptor. */
static void held_by_a_mapping(void)
{
	int fd = open(RENDER, O_RDWR);
	uint32_t bo = make_bo(fd, 3 * 4096);
	char *p = mmap(NULL, 3 * 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, mmap_offset(fd, bo));

	CHECK(p != MAP_FAILED);
	close(fd);
	memset(p, 7, 3 * 4096);
	CHECK(p[3 * 4096 - 1] == 7);
	/* In pieces, from the middle. */
	CHECK(munmap(p + 4096, 4096) == 0);
	CHECK(p[0] == 7 && p[2 * 4096] == 7);
	CHECK(munmap(p, 4096) == 0);
	CHECK(mmap(p + 2 * 4096, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == p + 2 * 4096);
	CHECK(p[2 * 4096] == 0);
}

/* The library's own descriptors cannot be closed, and closing everything does not cost the connection. */
static void closing_everything(void)
{
	int fd = open(RENDER, O_RDWR);

	CHECK(make_vm(fd) == 1);
	for (int i = fd + 1; i < 20000; i++)
		close(i);
	CHECK(make_vm(fd) == 2);
	CHECK(close_range((unsigned)fd + 1, ~0u, 0) == 0);
	CHECK(make_vm(fd) == 3);
	closefrom(fd + 1);
	CHECK(make_vm(fd) == 4);
	for (int i = 3; i < 3000; i++) {
		if (i != fd)
			CHECK(dup2(0, i) == i);
	}
	CHECK(make_vm(fd) == 5);
	closefrom(fd);
}

/* What is left behind: files, VMs, objects, mappings, a thread of control that waits. */
static void crowd(void)
{
	for (int i = 0; i < 8; i++) {
		int fd = open(i % 2 ? CARD : RENDER, O_RDWR);
		uint32_t bo = make_bo(fd, 1 << 20);
		uint32_t vm = make_vm(fd);
		struct vm_bind_op op = {.bo_handle = bo, .va = 0x200000, .size = 1 << 20};
		struct vm_bind bind = {.vm_id = vm, .ops = {sizeof(op), 1, PTR(&op)}};
		char *p = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_SHARED, fd, mmap_offset(fd, bo));

		CHECK(p != MAP_FAILED && ioctl(fd, IOC_VM_BIND, &bind) == 0);
		p[4097] = 1;
		if (i == 7 && fork() == 0) {
			wait_syncobj(fd, make_syncobj(fd), INT64_MAX);
			_exit(0);
		}
	}
	raise(9);
}

static void ignore(int number)
{
	(void)number;
}

static void tell(const char *line)
{
	puts(line);
	fflush(stdout);
	pause();
}

/* Says what it has done and waits for SIGUSR1 to go on. */
static void held(void)
{
	int fd = open(RENDER, O_RDWR);
	char *p = mmap(NULL, 8192, PROT_READ, MAP_SHARED, fd, mmap_offset(fd, make_bo(fd, 8192)));

	signal(SIGUSR1, ignore);
	close(fd);
	tell("closed");
	munmap(p, 4096);
	tell("half unmapped");
	munmap(p + 4096, 4096);
	tell("unmapped");
	exit(0);
}

/* Tells when close(2) has returned. */
static void closing(void)
{
	int fd = open(RENDER, O_RDWR);

	signal(SIGUSR1, ignore);
	tell("open");
	close(fd);
	puts("closed");
	exit(0);
}

static void *wait_shortly(void *fd)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	CHECK_ERROR(wait_syncobj(*(int *)fd, make_syncobj(*(int *)fd), (t.tv_sec * 1000 + t.tv_nsec / 1000000 + 400) * 1000000),
		    ETIME);
	return NULL;
}

/* A call that waits holds the file that it was made on. */
static void busy(void)
{
	int fd = open(RENDER, O_RDWR), copy = fd;
	pthread_t waiting;

	pthread_create(&waiting, NULL, wait_shortly, &copy);
	usleep(200000);
	close(fd);
	puts("closed");
	fflush(stdout);
	pthread_join(waiting, NULL);
	exit(failures);
}

int main(int argc, char **argv)
{
	if (argc > 2 && strcmp(argv[1], "continue") == 0) {
		CHECK(make_vm(atoi(argv[2])) == 2);
		FINISH();
	}
	if (argc > 2) {
		CHECK_ERROR(fcntl(atoi(argv[2]), F_GETFD), EBADF);
		FINISH();
	}
	if (argc > 1 && strcmp(argv[1], "crowd") == 0)
		crowd();
	if (argc > 1 && strcmp(argv[1], "held") == 0)
		held();
	if (argc > 1 && strcmp(argv[1], "closing") == 0)
		closing();
	if (argc > 1 && strcmp(argv[1], "busy") == 0)
		busy();
	through_fork();
	if (argc == 1) /* "life noexec": an emulator cannot execute itself */
		through_vfork_and_exec(argv[0]);
	through_a_socket();
	held_by_a_mapping();
	closing_everything();
	FINISH();
}
