/* Calls to the server. */
#ifndef PANTHOR_SHIM_CHANNEL_H
#define PANTHOR_SHIM_CHANNEL_H

#include "identity.h"
#include "message.h"

/*
 * Sends `request` (begun and filled, not sealed) and waits for the reply; a caught signal interrupts the wait on the
 * server's side as it would in the kernel. `file` is the open file that the call is about, -1 for none: the server is
 * shown it once per connection.
 *
 * Returns 0 with `reply` filled, -ENODEV when there is no server, -EACCES when it is another user's.
 */
int channel_call(struct message *request, uint16_t kind, int file, uint64_t key, struct message *reply);

/*
 * A request whose reply brings a descriptor: that descriptor, or -errno; -ENODEV where none came. `offset`, where it is not
 * NULL: the reply's.
 */
int channel_descriptor(uint16_t kind, int file, uint64_t key, const void *request, size_t size, uint64_t *offset);

/* Opens a device node: the server gives out a socket that stands for the open file. Its descriptor, or -errno. */
int channel_open(unsigned minor, int flags, bool compat);

/*
 * Waits until something can be read from `fd`, or returns -EINTR where the client has caught a signal meanwhile. Not
 * needed in the client itself, whose recvmsg(2) is interrupted.
 */
extern int (*channel_wait)(int fd);

/* A descriptor with the text of an open file's fdinfo, or -errno. */
int channel_fdinfo(uint64_t key);

#endif
