/* The region of address space that the driver's memory lies in. Where it is, the system decides. */
#define _GNU_SOURCE
#include "host.h"
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>

#define STACKS_BYTES (MAX_THREADS * STACK_SIZE)
/* Words of the longest note, a printed line. */
#define LONGEST_NOTE 128

struct arena arena;
struct mailbox mailbox;
struct user_memory *user_memory;

static void *reserve(size_t bytes)
{
	void *at = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	return at == MAP_FAILED ? NULL : at;
}

/* V8's profiler interrupts threads: it shall not write to the stacks of ours, which are part of the state. */
static void keep_signals_off_stacks(void)
{
	static uint8_t stack[0x10000];
	const stack_t own = {.ss_sp = stack, .ss_size = sizeof(stack)};
	stack_t old;

	if (sigaltstack(NULL, &old) == 0 && (old.ss_flags & SS_DISABLE) != 0)
		sigaltstack(&own, NULL);
}

int open_arena(void)
{
	uint8_t *base = reserve(STACK_SIZE + STACKS_BYTES + HEAP_BYTES + ROOT_BYTES + TABLE_BYTES);

	if (base == NULL)
		return errno;
	/* Some kernels find a thread's task by rounding the stack pointer down. */
	base += STACK_SIZE - (unsigned long)base % STACK_SIZE;
	arena.page_structs = reserve(PAGE_STRUCT_BYTES);
	if (arena.page_structs == NULL)
		return errno;
	user_memory = reserve(USER_BYTES);
	if (user_memory == NULL)
		return errno;
	keep_signals_off_stacks();
	arena.stacks = base;
	arena.heap = base + STACKS_BYTES;
	arena.tables = arena.heap + HEAP_BYTES;
	arena.physical_zero = arena.tables - ROOT_PHYS;
	return 0;
}

void reset_page_structs(void)
{
	madvise(arena.page_structs, PAGE_STRUCT_BYTES, MADV_DONTNEED);
}

/* Where there is little room left, the thread stops so that the notes are read. */
void begin_note(enum note note)
{
	if (mailbox.noted > NOTE_WORDS - LONGEST_NOTE)
		stop_at(POINT_NOTES, 0, 0, 0);
	note_word(note);
}

void note_word(unsigned long word)
{
	if (mailbox.noted < NOTE_WORDS)
		mailbox.notes[mailbox.noted++] = word;
}

/* Length in bytes, then the text in whole words. */
void note_text(const char *text)
{
	size_t length = strlen(text);

	note_word(length);
	for (size_t i = 0; i < length; i += sizeof(unsigned long)) {
		unsigned long word = 0;

		memcpy(&word, text + i, length - i < sizeof(word) ? length - i : sizeof(word));
		note_word(word);
	}
}
