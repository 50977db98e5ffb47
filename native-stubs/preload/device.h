/* What the model's device node and its open files look like to stat(2). */
#ifndef PANTHOR_SHIM_DEVICE_H
#define PANTHOR_SHIM_DEVICE_H

#include <sys/stat.h>

#include "identity.h"

#define DRM_MAJOR 226

/* Turns the stat of a placeholder file into that of the character device. */
void device_stat(struct stat *st, unsigned minor);
void device_statx(struct statx *st, unsigned minor);
/* Name of a device node: "/dev/dri/card0". */
#define DEVICE_NAME_MAX 32
void device_name(char *name, unsigned minor);

#endif
