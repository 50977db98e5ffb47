/*
 * Descriptors that are files of ours, for functions that every program calls all the time (read, write, lseek): they
 * look at a table before they ask the kernel. It learns of descriptors where they come from (open, dup, ioctl,
 * recvmsg, and at the start those that exec passed on); one that came in no such way is taken for another program's.
 */
#ifndef PANTHOR_SHIM_KNOWN_H
#define PANTHOR_SHIM_KNOWN_H

#include <stdbool.h>

#include "identity.h"

/* Looks at a descriptor that is new. */
void known_learn(int fd);
/* The number is closed, or about to be given to something else. */
void known_forget(int fd);
void known_forget_range(unsigned first, unsigned last);
/* Whether `fd` is ours; then `*id` says what it is. */
bool known(int fd, struct identity *id);

/* A dma-buf of ours is a memfd, and its name says so. */
bool is_dma_buf(int fd);

#endif
