/* Which memory is the running thread's own stack: it needs no asking whether it is there, for a thread runs on it. */
#ifndef PANTHOR_SHIM_OWN_STACK_H
#define PANTHOR_SHIM_OWN_STACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whether [address, address + size) lies between the caller's frame and the top of the thread's stack. */
bool on_own_stack(uint64_t address, size_t size);

#endif
