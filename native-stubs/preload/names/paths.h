/*
 * Which paths are the model's. The server keeps a small tree of real files, <dir>/root, that holds /dev/dri and the
 * device's part of sysfs; a path into those becomes a path into the tree, and libc does the rest.
 */
#ifndef PANTHOR_SHIM_PATHS_H
#define PANTHOR_SHIM_PATHS_H

#include <stdbool.h>

/* Longer names do not lead to us; the buffers must fit on the small stack of a signal handler. */
#define OUR_PATH_MAX 512

enum path_kind {
	PATH_OTHER,  /* not ours: leave it alone */
	PATH_TREE,   /* a file, directory or link of the tree */
	PATH_DEVICE, /* a device node of the tree */
	PATH_FD,     /* /proc/PID/fd/N or /dev/fd/N */
	PATH_FDINFO, /* /proc/PID/fdinfo/N */
};

struct path {
	enum path_kind kind;
	unsigned minor; /* PATH_DEVICE */
	int fd;		/* PATH_FD, PATH_FDINFO */
	int pid;	/* whose it is, 0: this process's */
	/* PATH_TREE and PATH_DEVICE: where it really is. */
	char real[OUR_PATH_MAX];
};

/* Looks at `name`, relative to `dirfd` (AT_FDCWD or a directory). Leaves errno alone. */
void path_look(struct path *p, int dirfd, const char *name);
/* The path that the client may see of a path inside the tree: without the tree's own prefix; `name` itself if outside. */
const char *path_shown(const char *name);

/* Where the file behind a device node is; `to` has OUR_PATH_MAX bytes. */
void path_of_node(char *to, unsigned minor);

#endif
