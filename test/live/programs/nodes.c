/* What may be done to the nodes by name: as root everything, as others what a device of root's allows. */
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

static int lists(const char *dir, const char *name)
{
	DIR *d = opendir(dir);
	struct dirent *entry;
	int found = 0;

	CHECK(d != NULL);
	while (d != NULL && (entry = readdir(d)) != NULL)
		found += strcmp(entry->d_name, name) == 0;
	if (d != NULL)
		closedir(d);
	return found;
}

static int says(FILE *file, const char *line)
{
	char text[256];
	int found = 0;

	CHECK(file != NULL);
	while (file != NULL && fgets(text, sizeof(text), file) != NULL)
		found += strncmp(text, line, strlen(line)) == 0;
	if (file != NULL)
		fclose(file);
	return found;
}

static int has_fdinfo(int fd, const char *line)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	return says(fopen(path, "r"), line);
}

/* A child looks at its parent's descriptor as nvtop does: by directories of /proc, and names relative to them. */
static void seen_by_another(int fd)
{
	char path[64], number[16], target[64] = "";
	pid_t parent = getpid(), child = fork();
	int status = -1, links, infos;
	struct stat st;

	if (child != 0) {
		CHECK(waitpid(child, &status, 0) == child && status == 0);
		return;
	}
	close(fd);
	snprintf(path, sizeof(path), "/proc/%d/fd", parent);
	links = open(path, O_RDONLY | O_DIRECTORY);
	snprintf(path, sizeof(path), "/proc/%d/fdinfo", parent);
	infos = open(path, O_RDONLY | O_DIRECTORY);
	snprintf(number, sizeof(number), "%d", fd);
	CHECK(fstatat(links, number, &st, 0) == 0 && S_ISCHR(st.st_mode) && st.st_rdev == makedev(226, 128));
	CHECK(readlinkat(links, number, target, sizeof(target) - 1) > 0 && strcmp(target, RENDER) == 0);
	CHECK(says(fdopen(openat(infos, number, O_RDONLY), "r"), "drm-total-memory:\t1 MiB") == 1);
	/* What is none of ours is left alone. */
	CHECK(fstatat(links, "2", &st, 0) == 0 && st.st_rdev != makedev(226, 128));
	_exit(failures == 0 ? 0 : 1);
}

static int resolves(const char *name, const char *to)
{
	char path[PATH_MAX];

	return realpath(name, path) != NULL && strcmp(path, to) == 0;
}

static void as_user(void)
{
	CHECK_ERROR(chmod(RENDER, 0600), EPERM);
	CHECK_ERROR(chown(RENDER, geteuid(), (gid_t)-1), EPERM);
	CHECK(chown(RENDER, (uid_t)-1, (gid_t)-1) == 0);
	CHECK_ERROR(unlink(RENDER), EACCES);
	CHECK_ERROR(rename(RENDER, "/tmp/panthor-node"), EACCES);
}

static void as_root(void)
{
	struct stat st;

	CHECK(chmod(RENDER, 0600) == 0);
	CHECK(stat(RENDER, &st) == 0 && st.st_mode == (S_IFCHR | 0600));
	CHECK(chmod(RENDER, 0666) == 0);
	CHECK(chown(RENDER, 1000, 1000) == 0);
}

int main(int argc, char **argv)
{
	struct stat st;
	int fd, dir;

	CHECK(stat(RENDER, &st) == 0 && S_ISCHR(st.st_mode) && st.st_uid == 0 && st.st_rdev == makedev(226, 128));
	CHECK_ERROR(truncate(RENDER, 0), EINVAL);
	CHECK_ERROR(open(RENDER, O_RDWR | O_EXCL), EBUSY);
	CHECK_ERROR(open(RENDER, O_RDWR | O_DIRECT), EINVAL);
	CHECK(lists("/sys/class", "drm") == 1 && lists("/sys/class/drm", "renderD128") == 1);
	CHECK(lists("/dev/dri", "card0") == 1);
	dir = open("/sys/class", O_RDONLY | O_DIRECTORY);
	fd = openat(dir, "drm", O_RDONLY | O_DIRECTORY);
	CHECK(dir >= 0 && fd >= 0);
	close(fd);
	close(dir);
	CHECK(resolves("/sys/class/drm/renderD128", "/sys/devices/platform/panthor-shim.gpu/drm/renderD128"));
	CHECK(resolves("/sys/dev/char/226:0", "/sys/devices/platform/panthor-shim.gpu/drm/card0"));
	CHECK(access("/run/udev/data/c226:128", R_OK) == 0);
	CHECK(access("/sys/bus/platform/devices/panthor-shim.gpu/driver", F_OK) == 0);
	fd = open(RENDER, O_RDWR);
	CHECK(make_bo(fd, 1 << 20) > 0);
	CHECK(has_fdinfo(fd, "drm-driver:\tpanthor") && has_fdinfo(fd, "drm-total-memory:\t1 MiB"));
	seen_by_another(fd);
	close(fd);
	if (argc > 1 && strcmp(argv[1], "root") == 0)
		as_root();
	else
		as_user();
	FINISH();
}
