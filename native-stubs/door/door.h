/*
 * The door for programs that preload nothing: static ones, Go, raw system calls. They run under a seccomp filter that
 * asks this program about some system calls (seccomp_unotify(2)); it answers as the preload library would, out of the
 * client's memory and into its descriptor table.
 */
#ifndef PANTHOR_SHIM_DOOR_H
#define PANTHOR_SHIM_DOOR_H

#include <linux/seccomp.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "identity.h"

/* One system call of a client that waits for its answer. */
struct notice {
	int listener;
	uint64_t id;
	pid_t tid;
	/* A call of a 32-bit program. */
	bool compat;
	struct seccomp_data data;
};

/* The offset of the 32-bit mmap2(2) counts pages. */
#define MMAP2_SHIFT 12

/* The notice that this thread answers. */
extern __thread const struct notice *current;

/* Starts the command under the filter. Returns the listener and its process, or -1. */
int start_client(char **argv, pid_t *pid);

/* Whether the client still waits (no signal has ended the call). */
bool still_waits(const struct notice *n);
/* Answers with a result, 0 or more, or -errno; or lets the kernel make the call. */
void answer(const struct notice *n, int64_t result);
void let_pass(const struct notice *n);
/* Gives the client a copy of `fd`; its number there, or -errno. With `reply` that is the call's result, too. */
int give(const struct notice *n, int fd, bool cloexec, bool reply);
/* A copy of the client's descriptor, or -1. */
int borrow(const struct notice *n, int fd);
/* What a descriptor of the client is. */
struct identity identity_of(const struct notice *n, int fd);

/* remote.c: reads a NUL-terminated path; false where it cannot be read or is too long. */
bool read_path(const struct notice *n, uint64_t address, char *path, size_t size);

/* i386.c: a call of a program for i386. */
void dispatch_i386(const struct notice *n);
/* Writes what a 32-bit program takes for a struct stat64; false where it cannot be written. */
bool write_stat_i386(uint64_t to, const struct stat *st);

/* mapping: has the client's mmap(2) go on with descriptor `fd` of its own and another offset. */
int redirect_mmap(const struct notice *n, int fd, uint64_t offset);

struct path;
/* What the client's path leads to; relative ones begin where the client is, or at its directory. */
void look_at(const struct notice *n, struct path *p, int dirfd, uint64_t name);

void on_open(const struct notice *n, int dirfd, uint64_t name, int flags, mode_t mode);
void on_ioctl(const struct notice *n);
void on_mmap(const struct notice *n);
void on_stat(const struct notice *n, int dirfd, uint64_t name, uint64_t to, int flags, bool extended);
void on_readlink(const struct notice *n, int dirfd, uint64_t name, uint64_t to, size_t size);
/* Device nodes and sysfs have no attributes. */
void on_xattr(const struct notice *n, uint64_t name, int result);
void on_access(const struct notice *n, int dirfd, uint64_t name, int mode);

#endif
