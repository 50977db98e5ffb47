/* User memory in messages. */
#ifndef PANTHOR_SHIM_GATHER_H
#define PANTHOR_SHIM_GATHER_H

#include <stdbool.h>

#include "message.h"

/*
 * Appends the argument of an ioctl and every buffer that it points to, as far as they can be read; what cannot is
 * missing, and the server says EFAULT where the kernel would. Counts into `regions`. Also adds the descriptor that the
 * argument names, if any. `compat`: the call is that of a 32-bit process. Returns 0 or -ENOMEM (more than a frame holds).
 */
int gather(struct message *m, unsigned long request, uint64_t arg, bool compat, uint32_t *regions);

#endif
