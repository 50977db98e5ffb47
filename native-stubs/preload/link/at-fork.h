/* pthread_atfork(3) of whichever libc this is. */
#ifndef PANTHOR_SHIM_AT_FORK_H
#define PANTHOR_SHIM_AT_FORK_H

/*
 * glibc has pthread_atfork() in every program and only __register_atfork() in its shared library, musl the other way
 * round; the library runs with both.
 */
void at_fork(void (*prepare)(void), void (*parent)(void), void (*child)(void));

#endif
