/* A client that is the same whichever way its calls reach the server: objects, mappings, waits, files, directories. */
#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

static int64_t in_ms(int64_t ms)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec + ms * 1000000;
}

static void names(void)
{
	struct stat st;
	char target[128] = "";
	int found = 0;
	DIR *dir = opendir("/dev/dri");
	struct dirent *entry;

	while (dir != NULL && (entry = readdir(dir)) != NULL)
		found += strcmp(entry->d_name, "renderD128") == 0;
	if (dir != NULL)
		closedir(dir);
	CHECK(found == 1);
	CHECK(stat(RENDER, &st) == 0 && S_ISCHR(st.st_mode) && st.st_rdev == makedev(226, 128));
	CHECK(readlink("/sys/class/drm/card0", target, sizeof(target) - 1) > 0 && strstr(target, "panthor-shim.gpu") != NULL);
	CHECK(access("/sys/dev/char/226:128/device/uevent", R_OK) == 0);
	CHECK_ERROR(open("/dev/dri/card7", O_RDWR), ENOENT);
}

/* Of all calls that it makes, the one whose struct differs in a 32-bit program. */
static void version(int fd)
{
	char name[16] = "";
	struct drm_version v = {.name_length = sizeof(name), .name = name};

	CHECK(ioctl(fd, IOC_VERSION, &v) == 0 && v.major == 1 && v.name_length == 7 && strcmp(name, "panthor") == 0);
}

static void memory(int fd)
{
	uint32_t vm = make_vm(fd), bo = make_bo(fd, 0x10000);
	struct vm_bind_op op = {.bo_handle = bo, .va = 0x1000000, .size = 0x10000};
	struct vm_bind bind = {.vm_id = vm, .ops = {sizeof(op), 1, PTR(&op)}};
	struct stat st;
	volatile uint32_t *a = mmap(NULL, 0x10000, PROT_READ | PROT_WRITE, MAP_SHARED, fd, mmap_offset(fd, bo));
	volatile uint32_t *b = mmap(NULL, 0x10000, PROT_READ, MAP_SHARED, fd, mmap_offset(fd, bo));

	CHECK(vm > 0 && bo > 0 && ioctl(fd, IOC_VM_BIND, &bind) == 0);
	CHECK(a != MAP_FAILED && b != MAP_FAILED);
	a[100] = 0x1234;
	CHECK(b[100] == 0x1234);
	munmap((void *)(uintptr_t)a, 0x10000);
	munmap((void *)(uintptr_t)b, 0x10000);
	CHECK(mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, FLUSH_ID_OFFSET) != MAP_FAILED);
	CHECK(mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0x5000) == MAP_FAILED && errno == EINVAL);
	CHECK(fstat(fd, &st) == 0 && S_ISCHR(st.st_mode));
	CHECK_ERROR(ioctl(fd, IOC_VM_CREATE, (void *)8), EFAULT);
}

static void sharing(int fd)
{
	struct prime_handle to = {.handle = make_bo(fd, 0x4000), .flags = DRM_RDWR | DRM_CLOEXEC, .fd = -1};
	int other = open(RENDER, O_RDWR);
	struct prime_handle from = {0};

	CHECK(ioctl(fd, IOC_HANDLE_TO_FD, &to) == 0 && to.fd >= 0);
	from.fd = to.fd;
	CHECK(ioctl(other, IOC_FD_TO_HANDLE, &from) == 0 && from.handle > 0);
	close(to.fd);
	close(other);
}

static void nothing(int number)
{
	(void)number;
}

static int shared_fd;
static uint32_t shared_syncobj;

static void *signal_later(void *unused)
{
	usleep(50000);
	CHECK(signal_syncobj(shared_fd, shared_syncobj) == 0);
	return unused;
}

static void waits(int fd)
{
	struct sigaction action = {.sa_handler = nothing};
	pthread_t thread;
	pid_t parent = getpid(), child;
	uint32_t syncobj = make_syncobj(fd);

	CHECK_ERROR(wait_syncobj(fd, syncobj, in_ms(30)), ETIME);
	shared_fd = fd;
	shared_syncobj = syncobj;
	pthread_create(&thread, NULL, signal_later, NULL);
	CHECK(wait_syncobj(fd, syncobj, in_ms(10000)) == 0);
	pthread_join(thread, NULL);
	/* A caught signal ends a wait. */
	sigaction(SIGUSR1, &action, NULL);
	child = fork();
	if (child == 0) {
		usleep(100000);
		kill(parent, SIGUSR1);
		_exit(0);
	}
	CHECK_ERROR(wait_syncobj(fd, make_syncobj(fd), in_ms(10000)), EINTR);
	waitpid(child, NULL, 0);
}

/* A child has the same file. */
static void children(int fd)
{
	int status = -1;
	pid_t child = fork();

	if (child == 0)
		_exit(make_vm(fd) == 2 ? 0 : 1);
	CHECK(waitpid(child, &status, 0) == child && status == 0);
}

int main(int argc, char **argv)
{
	int fd = argc > 1 && strcmp(argv[1], "raw") == 0 ? (int)syscall(SYS_openat, AT_FDCWD, RENDER, O_RDWR | O_CLOEXEC)
							  : open(RENDER, O_RDWR | O_CLOEXEC);

	CHECK(fd >= 0);
	names();
	version(fd);
	memory(fd);
	sharing(fd);
	children(fd);
	waits(fd);
	close(fd);
	FINISH();
}
