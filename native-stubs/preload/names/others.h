/* Descriptors that a path of /proc names, this process's and others'. */
#ifndef PANTHOR_SHIM_OTHERS_H
#define PANTHOR_SHIM_OTHERS_H

#include "identity.h"
#include "paths.h"

/* What the descriptor of a PATH_FD or PATH_FDINFO is; FILE_OTHER also where that cannot be seen. Leaves errno alone. */
struct identity identity_of_path(const struct path *p);

#endif
