#include "at-fork.h"

#include <dlfcn.h>
#include <stddef.h>

typedef void (*handler_fn)(void);

int __register_atfork(handler_fn prepare, handler_fn parent, handler_fn child, void *object) __attribute__((weak));

void at_fork(handler_fn prepare, handler_fn parent, handler_fn child)
{
	int (*plain)(handler_fn, handler_fn, handler_fn);

	if (__register_atfork != NULL) {
		__register_atfork(prepare, parent, child, NULL);
		return;
	}
	plain = (int (*)(handler_fn, handler_fn, handler_fn))(__UINTPTR_TYPE__)dlsym(RTLD_DEFAULT, "pthread_atfork");
	if (plain != NULL)
		plain(prepare, parent, child);
}
