/* Every interposed name: what it says of the device, and that it says of another file what it always says. */
#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "check.h"

/* _STAT_VER of libc's that had it */
#if defined(__x86_64__)
#define STAT_VERSION 1
#else
#define STAT_VERSION 0
#endif

#define UEVENT "/sys/dev/char/226:128/device/uevent"

static void *find(const char *name)
{
	void *f = dlsym(RTLD_DEFAULT, name);

	if (f == NULL)
		fprintf(stderr, "(this libc has no %s)\n", name);
	return f;
}

static void is_panthor(int fd)
{
	char name[16] = "";
	struct drm_version version = {.name_length = sizeof(name), .name = name};

	CHECK(fd >= 0);
	CHECK(ioctl(fd, IOC_VERSION, &version) == 0);
	CHECK(strcmp(name, "panthor") == 0 && version.name_length == 7);
	CHECK(close(fd) == 0);
	CHECK_ERROR(close(fd), EBADF);
}

static void is_device(const struct stat *st, unsigned minor_number)
{
	CHECK(S_ISCHR(st->st_mode));
	CHECK(major(st->st_rdev) == 226 && minor(st->st_rdev) == minor_number);
}

static void opening(void)
{
	static const char *const plain[] = {"open", "open64", "__open", "__open64"};
	static const char *const at[] = {"openat", "openat64"};
	static const char *const checked[] = {"__open_2", "__open64_2"};
	static const char *const checked_at[] = {"__openat_2", "__openat64_2"};
	int directory = open("/dev/dri", O_RDONLY | O_DIRECTORY);
	int other;

	CHECK(directory >= 0);
	for (int i = 0; i < 4; i++) {
		int (*f)(const char *, int, ...) = (int (*)(const char *, int, ...))(uintptr_t)find(plain[i]);

		is_panthor(f(CARD, O_RDWR));
		is_panthor(f(RENDER, O_RDWR | O_CLOEXEC));
		is_panthor(f("/dev//dri/./../dri/card0", O_RDWR));
		CHECK_ERROR(f("/dev/dri/card7", O_RDWR), ENOENT);
		CHECK_ERROR(f(RENDER, O_RDWR | O_DIRECTORY), ENOTDIR);
		CHECK_ERROR(f(RENDER, O_RDWR | O_CREAT | O_EXCL, 0600), EEXIST);
		other = f("/tmp/panthor-names-test", O_RDWR | O_CREAT, 0640);
		CHECK(other >= 0 && unlink("/tmp/panthor-names-test") == 0);
		struct stat st;
		CHECK(fstat(other, &st) == 0 && (st.st_mode & 07777) == 0640);
		close(other);
	}
	for (int i = 0; i < 2; i++) {
		int (*f)(int, const char *, int, ...) = (int (*)(int, const char *, int, ...))(uintptr_t)find(at[i]);
		int (*g)(const char *, int) = (int (*)(const char *, int))(uintptr_t)find(checked[i]);
		int (*h)(int, const char *, int) = (int (*)(int, const char *, int))(uintptr_t)find(checked_at[i]);

		is_panthor(f(AT_FDCWD, CARD, O_RDWR));
		is_panthor(f(directory, "renderD128", O_RDWR));
		is_panthor(g(RENDER, O_RDWR));
		is_panthor(h(directory, "card0", O_RDWR));
		other = g("/dev/null", O_RDWR);
		CHECK(write(other, "x", 1) == 1);
		close(other);
	}
	CHECK(chdir("/dev") == 0);
	is_panthor(open("dri/renderD128", O_RDWR));
	CHECK(chdir("/") == 0);
	is_panthor(open("dev/dri/renderD128", O_RDWR));
	close(directory);

	FILE *(*const fopens[])(const char *, const char *) = {
		(FILE * (*)(const char *, const char *))(uintptr_t)find("fopen"),
		(FILE * (*)(const char *, const char *))(uintptr_t)find("fopen64")};
	for (int i = 0; i < 2; i++) {
		char line[64] = "";
		FILE *file = fopens[i](UEVENT, "r");

		CHECK(file != NULL && fgets(line, sizeof(line), file) != NULL);
		CHECK(strcmp(line, "DRIVER=panthor\n") == 0);
		fclose(file);
		file = fopens[i](CARD, "r+e");
		CHECK(file != NULL);
		struct drm_version version = {0};
		CHECK(ioctl(fileno(file), IOC_VERSION, &version) == 0);
		fclose(file);
		file = fopens[i]("/proc/version", "r");
		CHECK(file != NULL && fgets(line, sizeof(line), file) != NULL && strncmp(line, "Linux", 5) == 0);
		fclose(file);
	}
}

static void stating(void)
{
	static const char *const by_name[] = {"stat", "stat64", "lstat", "lstat64"};
	static const char *const by_version[] = {"__xstat", "__xstat64", "__lxstat", "__lxstat64"};
	static const char *const by_fd[] = {"fstat", "fstat64"};
	static const char *const by_fd_version[] = {"__fxstat", "__fxstat64"};
	int fd = open(CARD, O_RDWR);
	struct stat st;
	struct statx stx;

	for (int i = 0; i < 4; i++) {
		int (*f)(const char *, struct stat *) = (int (*)(const char *, struct stat *))(uintptr_t)find(by_name[i]);
		int (*g)(int, const char *, struct stat *) =
			(int (*)(int, const char *, struct stat *))(uintptr_t)find(by_version[i]);

		CHECK(f(RENDER, &st) == 0);
		is_device(&st, 128);
		CHECK(f("/sys/dev/char/226:128/device/drm", &st) == 0 && S_ISDIR(st.st_mode));
		CHECK(f("/dev/dri", &st) == 0 && S_ISDIR(st.st_mode));
		CHECK_ERROR(f("/dev/dri/renderD129", &st), ENOENT);
		CHECK(f("/dev/null", &st) == 0 && S_ISCHR(st.st_mode) && major(st.st_rdev) == 1);
		if (g == NULL)
			continue;
		CHECK(g(STAT_VERSION, CARD, &st) == 0);
		is_device(&st, 0);
		CHECK(g(STAT_VERSION, "/dev/null", &st) == 0 && major(st.st_rdev) == 1);
	}
	for (int i = 0; i < 2; i++) {
		int (*f)(int, struct stat *) = (int (*)(int, struct stat *))(uintptr_t)find(by_fd[i]);
		int (*g)(int, int, struct stat *) = (int (*)(int, int, struct stat *))(uintptr_t)find(by_fd_version[i]);

		CHECK(f(fd, &st) == 0);
		is_device(&st, 0);
		CHECK(f(0, &st) == 0 && major(st.st_rdev) != 226);
		CHECK_ERROR(f(999, &st), EBADF);
		if (g != NULL) {
			CHECK(g(STAT_VERSION, fd, &st) == 0);
			is_device(&st, 0);
		}
	}
	CHECK(fstatat(AT_FDCWD, RENDER, &st, 0) == 0);
	is_device(&st, 128);
	CHECK(fstatat(fd, "", &st, AT_EMPTY_PATH) == 0);
	is_device(&st, 0);
	CHECK(statx(AT_FDCWD, RENDER, 0, STATX_BASIC_STATS, &stx) == 0);
	CHECK(stx.stx_rdev_major == 226 && stx.stx_rdev_minor == 128 && S_ISCHR(stx.stx_mode));
	CHECK(statx(fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &stx) == 0);
	CHECK(stx.stx_rdev_major == 226 && stx.stx_rdev_minor == 0);
	CHECK(statx(AT_FDCWD, "/dev/null", 0, STATX_BASIC_STATS, &stx) == 0 && stx.stx_rdev_major == 1);
	char proc[64];
	snprintf(proc, sizeof(proc), "/proc/self/fd/%d", fd);
	CHECK(stat(proc, &st) == 0);
	is_device(&st, 0);
	CHECK(access(CARD, R_OK | W_OK) == 0);
	CHECK(faccessat(AT_FDCWD, RENDER, F_OK, 0) == 0 && euidaccess(RENDER, R_OK) == 0 && eaccess(CARD, R_OK) == 0);
	CHECK(access("/dev/dri/..", F_OK) == 0 && stat("/dev/dri/../null", &st) == 0 && major(st.st_rdev) == 1);
	CHECK(getxattr(CARD, "user.none", NULL, 0) == -1 && errno != ENOENT);
	CHECK(listxattr(RENDER, NULL, 0) == 0 || errno == EOPNOTSUPP);
	CHECK_ERROR(lgetxattr("/dev/dri/card1", "user.none", NULL, 0), ENOENT);
	CHECK_ERROR(access("/dev/dri/card1", F_OK), ENOENT);
	CHECK(access("/", F_OK) == 0);
	close(fd);
}

static void linking(void)
{
	ssize_t (*checked)(const char *, char *, size_t, size_t) =
		(ssize_t(*)(const char *, char *, size_t, size_t))(uintptr_t)find("__readlink_chk");
	ssize_t (*checked_at)(int, const char *, char *, size_t, size_t) =
		(ssize_t(*)(int, const char *, char *, size_t, size_t))(uintptr_t)find("__readlinkat_chk");
	char *(*checked_real)(const char *, char *, size_t) =
		(char *(*)(const char *, char *, size_t))(uintptr_t)find("__realpath_chk");
	char link[PATH_MAX] = "", proc[64];
	int fd = open(RENDER, O_RDWR);

	snprintf(proc, sizeof(proc), "/proc/self/fd/%d", fd);
	CHECK(readlink(proc, link, sizeof(link)) == 19 && memcmp(link, RENDER, 19) == 0);
	CHECK(readlink(proc, link, 4) == 4);
	CHECK(checked(proc, link, 64, 64) == 19 && checked_at(AT_FDCWD, proc, link, 64, 64) == 19);
	snprintf(proc, sizeof(proc), "/proc/%d/fd/%d", getpid(), fd);
	CHECK(readlinkat(AT_FDCWD, proc, link, sizeof(link)) == 19);
	CHECK(realpath(proc, link) == link && strcmp(link, RENDER) == 0);
	CHECK(checked_real(proc, link, sizeof(link)) == link && strcmp(link, RENDER) == 0);
	memset(link, 0, sizeof(link));
	CHECK(readlink("/sys/dev/char/226:128/device/subsystem", link, sizeof(link)) > 0);
	CHECK(strstr(link, "bus/platform") != NULL);
	char *real = realpath("/sys/dev/char/226:128/device", NULL);
	CHECK(real != NULL && strcmp(real, "/sys/devices/platform/panthor-shim.gpu") == 0);
	struct stat st;
	CHECK(stat(real, &st) == 0 && S_ISDIR(st.st_mode));
	free(real);
	real = canonicalize_file_name("/dev/dri/../dri/card0");
	CHECK(real != NULL && strcmp(real, CARD) == 0);
	free(real);
	CHECK(realpath("/usr/../tmp", link) == link && strcmp(link, "/tmp") == 0);
	CHECK(realpath("/nowhere/at/all", link) == NULL && errno == ENOENT);
	close(fd);
	/* The link opens the device once more. */
	fd = open(CARD, O_RDWR);
	snprintf(proc, sizeof(proc), "/proc/self/fd/%d", fd);
	is_panthor(open(proc, O_RDWR));
	close(fd);
}

static int only_nodes(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static void listing(void)
{
	static const char *const readers[] = {"readdir", "readdir64"};
	struct dirent **list = NULL;

	for (int i = 0; i < 2; i++) {
		struct dirent *(*next)(DIR *) = (struct dirent * (*)(DIR *))(uintptr_t)find(readers[i]);
		DIR *dir = opendir("/dev/dri");
		int found = 0;

		CHECK(dir != NULL);
		for (struct dirent *e = next(dir); e != NULL; e = next(dir)) {
			if (strcmp(e->d_name, "card0") != 0 && strcmp(e->d_name, "renderD128") != 0)
				continue;
			found++;
			CHECK(e->d_type == DT_CHR);
		}
		CHECK(found == 2);
		closedir(dir);
	}
	CHECK(scandir("/dev/dri", &list, only_nodes, alphasort) >= 2);
	CHECK(scandir64("/sys/dev/char/226:0/device/drm", (struct dirent64 ***)&list, NULL, NULL) == 4);
	CHECK(scandirat(AT_FDCWD, "/dev/dri", &list, only_nodes, alphasort) >= 2);
	DIR *dir = opendir("/proc/self");
	CHECK(dir != NULL && readdir(dir) != NULL);
	closedir(dir);
	CHECK(opendir("/nowhere") == NULL && errno == ENOENT);
}

static void copying(void)
{
	int fd = open(CARD, O_RDONLY);
	int (*fcntl64_)(int, int, ...) = (int (*)(int, int, ...))(uintptr_t)find("fcntl64");

	CHECK((fcntl(fd, F_GETFL) & O_ACCMODE) == O_RDONLY);
	CHECK(fcntl64_ == NULL || (fcntl64_(fd, F_GETFL) & O_ACCMODE) == O_RDONLY);
	CHECK((fcntl(fd, F_GETFD) & FD_CLOEXEC) == 0);
	int copies[] = {dup(fd), dup2(fd, 77), dup3(fd, 78, O_CLOEXEC), fcntl(fd, F_DUPFD_CLOEXEC, 90)};
	CHECK(copies[1] == 77 && copies[2] == 78 && copies[3] >= 90);
	CHECK(fcntl(78, F_GETFD) == FD_CLOEXEC);
	uint32_t vm = make_vm(fd);
	CHECK(vm == 1);
	CHECK(close(fd) == 0);
	for (int i = 0; i < 4; i++) {
		/* They are one file: its VMs are counted on. */
		CHECK(make_vm(copies[i]) == ++vm);
		CHECK(close(copies[i]) == 0);
	}
	fd = open(CARD, O_RDWR);
	CHECK(make_vm(fd) == 1);
	CHECK(dup2(1, fd) == fd);
	struct vm_create create = {0};
	CHECK(ioctl(fd, IOC_VM_CREATE, &create) == -1);
	close(fd);
}

static void mapping(void)
{
	static const char *const maps[] = {"mmap", "mmap64"};
	int fd = open(RENDER, O_RDWR);
	uint32_t bo = make_bo(fd, 8192);
	int64_t offset = mmap_offset(fd, bo);

	for (int i = 0; i < 2; i++) {
		void *(*map)(void *, size_t, int, int, int, off_t) =
			(void *(*)(void *, size_t, int, int, int, off_t))(uintptr_t)find(maps[i]);
		uint32_t *p = map(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, offset);

		CHECK(p != MAP_FAILED && p[0] == (i == 0 ? 0u : 42u));
		p[0] = 42;
		CHECK(munmap(p, 8192) == 0);
		CHECK_ERROR(map(NULL, 12288, PROT_READ, MAP_SHARED, fd, offset), EINVAL);
		CHECK_ERROR(map(NULL, 4096, PROT_READ, MAP_SHARED, fd, 4096), EINVAL);
		CHECK_ERROR(map(NULL, 4096, PROT_READ, MAP_SHARED, fd, offset + 1), EINVAL);
		CHECK_ERROR(map(NULL, 0, PROT_READ, MAP_SHARED, fd, offset), EINVAL);
		p = map(NULL, 4096, PROT_READ, MAP_SHARED, fd, FLUSH_ID_OFFSET);
		CHECK(p != MAP_FAILED);
		CHECK(munmap(p, 4096) == 0);
		CHECK_ERROR(map(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, FLUSH_ID_OFFSET), EINVAL);
		p = map(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		CHECK(p != MAP_FAILED && p[0] == 0);
		munmap(p, 4096);
	}
	close(fd);
}

int main(void)
{
	opening();
	stating();
	linking();
	listing();
	copying();
	mapping();
	FINISH();
}
