/* The functions that we stand in front of. */
#ifndef PANTHOR_SHIM_NEXT_H
#define PANTHOR_SHIM_NEXT_H

#include <dlfcn.h>
#include <stdatomic.h>
#include <stddef.h>

/* The next `name` in the search order, looked up once; NULL where this libc does not have it. */
#define NEXT(name)                                                                                           \
	__extension__({                                                                                      \
		static _Atomic(void *) found;                                                                \
		void *f = atomic_load_explicit(&found, memory_order_relaxed);                                \
		if (f == NULL) {                                                                             \
			f = dlsym(RTLD_NEXT, #name);                                                         \
			atomic_store(&found, f);                                                             \
		}                                                                                            \
		(__typeof__(&name))(__UINTPTR_TYPE__)f;                                                      \
	})

/* Exported; everything else stays inside the library (-fvisibility=hidden). */
#define EXPORT __attribute__((visibility("default")))

/*
 * A second name for an exported function: where off_t and struct stat have 64 bits anyway, the 64-bit names are the
 * same functions.
 */
#define ALSO(alias, name)                                                                                    \
	__asm__(".globl " #alias "\n\t.type " #alias ", %function\n\t.set " #alias ", " #name)

#endif
