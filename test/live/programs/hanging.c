/*
 * "hanging DIR": mounts a FUSE file system at DIR that answers nothing, in a mount namespace of its own, and hands files of it
 * to the server wherever a call takes a descriptor. Asking the file anything, or closing it, would wait for ever; the
 * server must not. Prints "mounted", or "none" where FUSE cannot be had: then files of other kinds are sent alone.
 */
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"

static int hanging_file(const char *dir)
{
	char options[128];
	int fuse = open("/dev/fuse", O_RDWR | O_CLOEXEC);

	snprintf(options, sizeof(options), "fd=%d,rootmode=40000,user_id=%u,group_id=%u", fuse, getuid(), getgid());
	if (fuse < 0 || unshare(CLONE_NEWNS) < 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("hanging", dir, "fuse", MS_NOSUID | MS_NODEV, options) < 0)
		return -1;
	return open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

static void send_it(int fd, uint32_t syncobj, int file)
{
	struct prime_handle prime = {.fd = file};
	struct syncobj_handle handle = {.fd = file};
	struct syncobj_eventfd event = {.handle = syncobj, .fd = file};

	CHECK(ioctl(fd, IOC_FD_TO_HANDLE, &prime) == -1);
	CHECK(ioctl(fd, IOC_SYNCOBJ_FD_TO_HANDLE, &handle) == -1);
	CHECK(ioctl(fd, IOC_SYNCOBJ_EVENTFD, &event) == -1);
	CHECK(make_vm(fd) > 0);
}

int main(int argc, char **argv)
{
	int fd = open(RENDER, O_RDWR), pipes[2];
	uint32_t syncobj = make_syncobj(fd);
	int file = argc > 1 ? hanging_file(argv[1]) : -1;

	printf(file < 0 ? "none\n" : "mounted\n");
	if (file >= 0)
		send_it(fd, syncobj, file);
	CHECK(pipe(pipes) == 0);
	send_it(fd, syncobj, pipes[0]);
	send_it(fd, syncobj, open("/proc/self/stat", O_RDONLY));
	fflush(stdout);
	/* Its files go with the namespace. */
	_exit(failures == 0 ? 0 : 1);
}
