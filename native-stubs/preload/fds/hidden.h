/*
 * Descriptors that the library keeps for itself: connections, and open files that mappings hold. They sit high above
 * the numbers that a client expects, close(2) and dup2(2) of the client cannot hit them, and they are known by a handle,
 * because the number may change when the client wants it.
 */
#ifndef PANTHOR_SHIM_HIDDEN_H
#define PANTHOR_SHIM_HIDDEN_H

#include <stdbool.h>

/* Takes over `fd` (close-on-exec from now on) and returns its handle; -1, and `fd` closed, when the table is full. */
int hidden_add(int fd);
/* The number behind a handle. */
int hidden_fd(int handle);
/* Closes it. */
void hidden_drop(int handle);
bool hidden_contains(int fd);
/* The client wants number `fd` for itself: moves what is hidden there. */
void hidden_make_way(int fd);
/* The lowest hidden number in [first, last], or -1. */
int hidden_lowest(unsigned first, unsigned last);

#endif
