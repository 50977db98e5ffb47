/* Which descriptors are open panthor devices, and which of them are one open file. */
#ifndef PANTHOR_SHIM_FILES_H
#define PANTHOR_SHIM_FILES_H

#include <stdint.h>

/* The open file behind `fd`, 0 if it is no panthor device. Announces it when it is seen for the first time. */
uint64_t files_of(int fd);
/* `to` is now what `from` is. */
void files_copy(int from, int to);
/* `fd` is closed; a file whose last descriptor it was is announced to be gone. */
void files_close(int fd);

#endif
