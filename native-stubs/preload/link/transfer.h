/* Whole frames over a socket. */
#ifndef PANTHOR_SHIM_TRANSFER_H
#define PANTHOR_SHIM_TRANSFER_H

#include "message.h"

struct spin;

/* Sends the frame with its descriptors. Returns 0 or -errno. */
int transfer_send(int socket, const struct message *m);
/*
 * Receives one frame into `m` (initialized). A caught signal ends the wait once, with -EINTR, when `interruptible` and
 * nothing has arrived. Returns 0, -EINTR, -EPIPE at the end of the stream, -ENODEV
 * inside of a frame, -EPROTO for what is no frame. `spin`: looks a few times before it sleeps, where that has paid (spin.h);
 * NULL: it does not. A signal that is caught while it looks interrupts nothing.
 */
int transfer_receive(int socket, struct message *m, bool interruptible, struct spin *spin);

#endif
