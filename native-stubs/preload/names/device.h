/* What the model's device node and its open files look like to stat(2). */
#ifndef PANTHOR_SHIM_DEVICE_H
#define PANTHOR_SHIM_DEVICE_H

#include <sys/stat.h>

#include "identity.h"

#define DRM_MAJOR 226

/* The character device, whether by its name or by a descriptor. */
void device_stat(struct stat *st, unsigned minor);
/* A sync_file, or the file of a syncobj. */
void anonymous_stat(struct stat *st);
void stat_to_statx(struct statx *to, const struct stat *from);
/* Name of a device node: "/dev/dri/card0". */
#define DEVICE_NAME_MAX 32
void device_name(char *name, unsigned minor);

#endif
