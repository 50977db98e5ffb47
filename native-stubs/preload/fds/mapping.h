/*
 * A mapping holds the file that it was made from, as in the kernel: the open file is released when the last descriptor
 * is closed and the last mapping is gone.
 */
#ifndef PANTHOR_SHIM_MAPPING_H
#define PANTHOR_SHIM_MAPPING_H

#include <stddef.h>
#include <stdint.h>

/* Notes a mapping of the open file behind `fd`. Where there is no memory for it the file is simply not held. */
void mapping_add(int fd, uint64_t key, uintptr_t start, size_t length);
/* [start, start + length) is unmapped or mapped over. */
void mapping_remove(uintptr_t start, size_t length);

#endif
