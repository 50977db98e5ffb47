/* Numbers of this process and thread, without a system call each time, and right after every kind of fork. */
#ifndef PANTHOR_SHIM_PROCESS_H
#define PANTHOR_SHIM_PROCESS_H

#include <stdbool.h>

int own_pid(void);
int own_tid(void);
/*
 * True once in a process that came out of a fork since the last time it was true here: what was set up before the fork
 * belongs to the parent. The first call in a process that was never forked is false.
 */
bool just_forked(void);

#endif
