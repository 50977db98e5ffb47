/* The reply's user memory and descriptors. */
#ifndef PANTHOR_SHIM_SCATTER_H
#define PANTHOR_SHIM_SCATTER_H

#include "message.h"

/*
 * Writes the regions of the reply to `request` (a WIRE_IOCTL), and installs its descriptors. All of them must lie in the
 * regions that the request brought: where one does not, nothing is written. Returns 0, -EFAULT for memory that cannot be
 * written, -ENODEV for a reply that is not one of this call.
 */
int scatter(const struct message *request, struct message *reply);

#endif
