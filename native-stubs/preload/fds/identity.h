/*
 * Which descriptor is what. An open file of the model is a unix socket whose own name says so: the server makes it, and
 * the kernel carries the name through dup, fork, exec and SCM_RIGHTS and drops it with the last reference. So the library
 * keeps no table. The name gives no rights: the server knows its sockets by themselves.
 */
#ifndef PANTHOR_SHIM_IDENTITY_H
#define PANTHOR_SHIM_IDENTITY_H

#include <stdbool.h>
#include <stdint.h>

enum file_kind {
	FILE_OTHER,
	/* An open device node. */
	FILE_DEVICE = 'd',
	FILE_SYNC = 'f',
	/* An exported syncobj. */
	FILE_SYNCOBJ = 'o',
	/* Only known.h tells these. */
	FILE_DMA_BUF = 'm',
};

struct identity {
	enum file_kind kind;
	/* Device: minor number, and the flags of open(2) that F_GETFL shows. */
	unsigned minor;
	unsigned flags;
	/* What the server calls it by; never 0. */
	uint64_t key;
};

/* Whose is `fd`? FILE_OTHER for everything that is not this server's. Leaves errno alone. */
struct identity identify(int fd);

/* The same for the name that a socket is bound to. */
struct identity identity_of_name(const char *name);

/*
 * The key of an open device behind `fd` as it was when identify() last saw it, without a system call; 0 when it did not,
 * or when the number has been closed or given to something else since. A close that no interposed function sees leaves
 * the answer behind, so only calls that make no sense on another file may trust it.
 */
uint64_t identity_remembered(int fd);
void identity_forget(int fd);
void identity_forget_range(unsigned first, unsigned last);

#endif
