/*
 * Which descriptor is what. An open file of the model is a unix socket whose own name says so; the kernel carries that
 * name through dup, fork, exec and SCM_RIGHTS, and drops it with the last reference, so the library keeps no table.
 */
#ifndef PANTHOR_SHIM_IDENTITY_H
#define PANTHOR_SHIM_IDENTITY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/un.h>

enum file_kind {
	FILE_OTHER,
	/* An open device node. */
	FILE_DEVICE = 'd',
	/* A sync_file or an exported syncobj. */
	FILE_FENCE = 'f',
};

struct identity {
	enum file_kind kind;
	/* Device: minor number, and O_ACCMODE of open(2). */
	unsigned minor;
	unsigned mode;
	uint64_t key;
};

/* Whose is `fd`? FILE_OTHER for everything that is not this server's. Leaves errno alone. */
struct identity identify(int fd);

/*
 * The key of an open device behind `fd` as it was when identify() last saw it, without a system call; 0 when it did not,
 * or when the number has been closed or given to something else since. A close that no interposed function sees leaves
 * the answer behind, so only calls that make no sense on another file may trust it.
 */
uint64_t identity_remembered(int fd);
void identity_forget(int fd);
void identity_forget_range(unsigned first, unsigned last);

/* The abstract socket name that stands for an open file; always the whole of sun_path. */
void identity_name(struct sockaddr_un *name, const struct identity *id);

/* Keys have 52 bits, so that the server can have them as JavaScript numbers; never 0. */
#define KEY_MASK 0xfffffffffffffull

/* A random key for a new open file. */
uint64_t identity_new_key(void);

#endif
