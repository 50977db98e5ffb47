/* SPDX-License-Identifier: MIT */
/*
 * Included before everything else: what the kernel's own instrumentation announces of accesses that the compiler does not
 * see (atomics and bit operations are inline assembly) goes to host/access.c. It stands in the place of linux/kasan-checks.h,
 * which has nothing to call where KASAN itself is not built.
 */
#ifndef _LINUX_KASAN_CHECKS_H
#define _LINUX_KASAN_CHECKS_H

#ifdef PANTHOR_SHIM_PLAIN
static inline _Bool kasan_check_read(const volatile void *at, unsigned int size) { return 1; }
static inline _Bool kasan_check_write(const volatile void *at, unsigned int size) { return 1; }
#else
_Bool kasan_check_read(const volatile void *at, unsigned int size);
_Bool kasan_check_write(const volatile void *at, unsigned int size);
#endif
#define __kasan_check_read kasan_check_read
#define __kasan_check_write kasan_check_write

#endif
