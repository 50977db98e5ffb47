#include "own-stack.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <sys/auxv.h>

#include "read-text.h"
#include "sys.h"

/* The lowest address known to be the stack's, with this bit where the stack is the process's first. */
#define FIRST_THREAD 1
/* A stack that is none of these (a coroutine's, a signal handler's) is not looked for again in the same 64 KiB. */
#define ELSEWHERE_SHIFT 16

/*
 * Each is one word, for signal handlers come in between. libc puts a thread's own variables at the top of its stack, so
 * the address of one is the end of what may be taken for stack.
 */
static __thread _Atomic uint64_t known __attribute__((tls_model("initial-exec")));
static __thread _Atomic uint64_t elsewhere __attribute__((tls_model("initial-exec")));

/* Reads hexadecimal digits and the character behind them. */
static uint64_t next_number(struct text *r, int *behind)
{
	uint64_t value = 0;
	int c;

	while ((c = next_char(r)) >= 0) {
		if (c >= '0' && c <= '9')
			value = value << 4 | (uint64_t)(c - '0');
		else if (c >= 'a' && c <= 'f')
			value = value << 4 | (uint64_t)(c - 'a' + 10);
		else
			break;
	}
	*behind = c;
	return value;
}

/* Beginning and end of the mapping that holds `address`; false where there is none, or it cannot be written. */
static bool find_mapping(uint64_t address, uint64_t *start, uint64_t *end)
{
	struct text r = {.fd = (int)SYS_4(SYS_openat, AT_FDCWD, "/proc/self/maps", O_RDONLY | O_CLOEXEC, 0)};
	bool found = false;
	int c = 0;

	if (r.fd < 0)
		return false;
	while (!found && c >= 0) {
		*start = next_number(&r, &c);
		*end = next_number(&r, &c);
		if (address >= *start && address < *end) {
			found = next_char(&r) == 'r' && next_char(&r) == 'w';
			break;
		}
		while (c >= 0 && c != '\n')
			c = next_char(&r);
	}
	sys_close(r.fd);
	return found;
}

static uint64_t top_of(uint64_t stack)
{
	return (stack & FIRST_THREAD) != 0 ? getauxval(AT_RANDOM) : (uint64_t)(uintptr_t)&known;
}

/* The stack that `here` is on, 0 where that cannot be told. A guard page lies below each, so one mapping is one stack. */
static uint64_t look(uint64_t here)
{
	uint64_t start, end;

	if (find_mapping(here, &start, &end)) {
		for (uint64_t which = 0; which <= FIRST_THREAD; which++) {
			uint64_t top = top_of(which);

			if (here < top && top <= end)
				return start | which;
		}
	}
	atomic_store_explicit(&elsewhere, here >> ELSEWHERE_SHIFT, memory_order_relaxed);
	return 0;
}

static bool is_within(uint64_t here, uint64_t stack)
{
	return stack != 0 && here >= (stack & ~(uint64_t)FIRST_THREAD) && here < top_of(stack);
}

bool on_own_stack(uint64_t address, size_t size)
{
	uint64_t here = (uint64_t)(uintptr_t)__builtin_frame_address(0);
	uint64_t stack = atomic_load_explicit(&known, memory_order_relaxed);

	if (address < here || address + size < address)
		return false;
	if (!is_within(here, stack)) {
		if (atomic_load_explicit(&elsewhere, memory_order_relaxed) == here >> ELSEWHERE_SHIFT)
			return false;
		stack = look(here);
		if (stack == 0)
			return false;
		atomic_store_explicit(&known, stack, memory_order_relaxed);
	}
	return address + size <= top_of(stack);
}
