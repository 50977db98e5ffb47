/*
 * The client's own memory through pointers that may lead anywhere: what copy_from_user and copy_to_user are to the
 * kernel. A bad address is a short count, never a signal.
 */
#ifndef PANTHOR_SHIM_USERMEM_H
#define PANTHOR_SHIM_USERMEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Copies from `address` until `size` bytes or the first unreadable page; returns how many. */
size_t usermem_read(void *to, uint64_t address, size_t size);
/* The same in the other direction. */
size_t usermem_write(uint64_t address, const void *from, size_t size);

/* Several stretches at once; true when all of them were written. */
struct usermem_part {
	uint64_t address;
	const void *from;
	size_t size;
};
bool usermem_write_all(const struct usermem_part *parts, unsigned count);

/* A descriptor of the client's that a call takes, as one that can be sent; -1 where nothing is open there. */
int usermem_take_fd(int fd);
/* Gives the client the descriptor, and its number at `address`; false, and nothing given, where that cannot be written. */
bool usermem_give_fd(int fd, bool cloexec, uint64_t address);

#endif
