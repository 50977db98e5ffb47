/* What the environment says: where the server is, and which device nodes are the model's. */
#ifndef PANTHOR_SHIM_CONFIG_H
#define PANTHOR_SHIM_CONFIG_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/un.h>

struct config {
	/* False: no server was named, and the library stays out of everything. */
	bool active;
	/* /dev/dri/card<card> and /dev/dri/renderD<128 + card> are the model's. */
	unsigned card;
	/* PANTHOR_SHIM_DIR: the server's private directory, with `socket` and the file tree `root` in it. */
	char dir[80];
	unsigned dir_length;
	/* <dir>/root, and its length: where the server keeps what /dev/dri and sysfs show of the device. */
	char root[96];
	unsigned root_length;
	struct sockaddr_un server;
	/* Looks before a call sleeps (spin.h). */
	unsigned spin_looks;
};

/* Read once, when the first call needs it. */
const struct config *config(void);

#endif
