#include "paths.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config.h"
#include "process.h"
#include "sys.h"

/* Resolves ".", ".." and repeated slashes by text alone: nothing on the way into our tree is a link. */
static bool clean(char *to, const char *name)
{
	size_t used = 0;

	while (*name != '\0') {
		size_t part = strcspn(name, "/");

		if (part == 2 && name[0] == '.' && name[1] == '.') {
			while (used > 0 && to[--used] != '/')
				;
		} else if (part > 0 && !(part == 1 && name[0] == '.')) {
			if (used + part + 2 > OUR_PATH_MAX)
				return false;
			to[used++] = '/';
			memcpy(to + used, name, part);
			used += part;
		}
		name += part;
		name += strspn(name, "/");
	}
	to[used] = '\0';
	return true;
}

/* `name` is `prefix` or lies below it. */
static bool below(const char *name, const char *prefix)
{
	size_t length = strlen(prefix);

	return strncmp(name, prefix, length) == 0 && (name[length] == '\0' || name[length] == '/');
}

/* A decimal number without sign or leading zeros at the end of a path. */
static bool whole_number(const char *text, unsigned long *value)
{
	char *end;

	if (text[0] < '0' || text[0] > '9' || (text[0] == '0' && text[1] != '\0'))
		return false;
	*value = strtoul(text, &end, 10);
	return *end == '\0' && *value <= INT_MAX;
}

/* The numbers in "PID/FOLDER/N"; own ones have pid 0. */
static bool number_in(const char *name, const char *folder, struct path *p)
{
	size_t length = strlen(folder);
	unsigned long pid, value;
	char *end;

	if (strncmp(name, "self", 4) == 0) {
		pid = 0;
		end = (char *)(uintptr_t)name + 4;
	} else if (strncmp(name, "thread-self", 11) == 0) {
		pid = 0;
		end = (char *)(uintptr_t)name + 11;
	} else if (name[0] >= '1' && name[0] <= '9') {
		pid = strtoul(name, &end, 10);
	} else {
		return false;
	}
	if (pid > INT_MAX || strncmp(end, folder, length) != 0 || !whole_number(end + length, &value))
		return false;
	p->pid = (int)pid == own_pid() ? 0 : (int)pid;
	p->fd = (int)value;
	return true;
}

/* /proc/self/fd/N, its other spellings, and the same for other processes and for fdinfo. */
static bool of_descriptor(const char *name, struct path *p)
{
	unsigned long value;

	if (strncmp(name, "/dev/fd/", 8) == 0 && whole_number(name + 8, &value)) {
		p->kind = PATH_FD;
		p->fd = (int)value;
		p->pid = 0;
		return true;
	}
	if (strncmp(name, "/proc/", 6) != 0)
		return false;
	if (number_in(name + 6, "/fd/", p))
		p->kind = PATH_FD;
	else if (number_in(name + 6, "/fdinfo/", p))
		p->kind = PATH_FDINFO;
	return p->kind != PATH_OTHER;
}

/* What belongs to a device number. */
static const char *const of_node[] = {"/sys/dev/char/226:%u", "/dev/char/226:%u", "/run/udev/data/c226:%u"};
/* Directories that the tree shows with everything that the machine has, and the device besides. */
static const char *const whole[] = {"/dev/dri", "/sys/class", "/sys/class/drm"};
/* What is the device's alone. */
static const char *const trees[] = {
	"/sys/devices/platform/panthor-shim.gpu",
	"/sys/bus/platform/devices/panthor-shim.gpu",
	"/sys/bus/platform/drivers/panthor",
	"/run/udev/data/+platform:panthor-shim.gpu",
};

/* Sorts an absolute, clean path that needs no resolving of directories any more. */
static void sort_absolute(struct path *p, const char *name)
{
	const struct config *c = config();
	char node[64];

	if (of_descriptor(name, p))
		return;
	for (unsigned minor = c->card; minor <= c->card + 128 && p->kind == PATH_OTHER; minor += 128) {
		snprintf(node, sizeof(node), "/dev/dri/%s%u", minor < 128 ? "card" : "renderD", minor);
		if (strcmp(name, node) == 0) {
			p->kind = PATH_DEVICE;
			p->minor = minor;
		}
		for (unsigned i = 0; i < sizeof(of_node) / sizeof(of_node[0]); i++) {
			snprintf(node, sizeof(node), of_node[i], minor);
			if (below(name, node))
				p->kind = PATH_TREE;
		}
		snprintf(node, sizeof(node), "/sys/class/drm/%s%u", minor < 128 ? "card" : "renderD", minor);
		if (below(name, node))
			p->kind = PATH_TREE;
	}
	for (unsigned i = 0; i < sizeof(whole) / sizeof(whole[0]); i++) {
		if (strcmp(name, whole[i]) == 0)
			p->kind = PATH_TREE;
	}
	for (unsigned i = 0; i < sizeof(trees) / sizeof(trees[0]); i++) {
		if (below(name, trees[i]))
			p->kind = PATH_TREE;
	}
	if (p->kind != PATH_OTHER &&
	    (size_t)snprintf(p->real, sizeof(p->real), "%s%s", c->root, name) >= sizeof(p->real))
		p->kind = PATH_OTHER;
}

/* Whether a relative name can lead to us at all: most cannot, and that is told without a system call. */
static bool may_be_ours(const char *name)
{
	static const char *const hints[] = {"card", "renderD", "dri", "226:", "drm", "class", "panthor"};

	for (unsigned i = 0; i < sizeof(hints) / sizeof(hints[0]); i++) {
		if (strstr(name, hints[i]) != NULL)
			return true;
	}
	/* A descriptor, in a directory of /proc. */
	return name[0] >= '0' && name[0] <= '9' && name[strspn(name, "0123456789")] == '\0';
}

void path_look(struct path *p, int dirfd, const char *name)
{
	char absolute[OUR_PATH_MAX];
	char tidy[OUR_PATH_MAX];
	size_t used = 0;
	long n;

	p->kind = PATH_OTHER;
	if (name == NULL || !config()->active)
		return;
	if (name[0] != '/') {
		char link[32];

		if (!may_be_ours(name))
			return;
		if (dirfd == AT_FDCWD)
			strcpy(link, "/proc/self/cwd");
		else
			snprintf(link, sizeof(link), "/proc/self/fd/%d", dirfd);
		n = SYS_4(SYS_readlinkat, AT_FDCWD, link, absolute, sizeof(absolute));
		if (n <= 0 || n == (long)sizeof(absolute))
			return;
		absolute[n] = '\0';
		const char *shown = path_shown(absolute);

		used = strlen(shown);
		memmove(absolute, shown, used + 1);
	} else if (strncmp(name, "/run/", 5) != 0 && strncmp(name, "/dev/", 5) != 0 && strncmp(name, "/sys/", 5) != 0 &&
		   strncmp(name, "/proc/", 6) != 0 && strstr(name, "//") == NULL && strstr(name, "/.") == NULL) {
		return;
	}
	if ((size_t)snprintf(absolute + used, sizeof(absolute) - used, "/%s", name) >= sizeof(absolute) - used)
		return;
	if (!clean(tidy, absolute))
		return;
	sort_absolute(p, tidy);
	/* "/dev/dri/.." leads through a directory that is not there, back to where things are real. */
	if (p->kind == PATH_OTHER && below(absolute + strspn(absolute, "/") - 1, "/dev/dri") && !below(tidy, "/dev/dri")) {
		p->kind = PATH_TREE;
		strcpy(p->real, tidy);
	}
}

void path_of_node(char *to, unsigned minor)
{
	snprintf(to, OUR_PATH_MAX, "%s/dev/dri/%s%u", config()->root, minor < 128 ? "card" : "renderD", minor);
}

const char *path_shown(const char *name)
{
	const struct config *c = config();

	if (c->active && strncmp(name, c->root, c->root_length) == 0 && name[c->root_length] == '/')
		return name + c->root_length;
	return name;
}
