/* The log of old contents: what is about to change is put into it first. */
#define _GNU_SOURCE
#include "log.h"
#include "parts.h"
#include <stdlib.h>
#include <sys/mman.h>

unsigned int left_out;
bool journaling;
uint32_t *arena_stamps, journal_era;
struct log step_log;

void *room_for(void *old, size_t *room, size_t need, size_t size)
{
	if (need <= *room)
		return old;
	*room = need * 2 + 1024;
	void *to = realloc(old, *room * size);
	if (to == NULL)
		abort();
	return to;
}

/* Room for the old bytes of one more entry. */
static inline uint8_t *add_entry(uint8_t *at, size_t size, enum region region, size_t block)
{
	const size_t to = step_log.byte_count;

	if (step_log.entry_count == step_log.entry_room)
		step_log.entries = room_for(step_log.entries, &step_log.entry_room, step_log.entry_count + 1, sizeof(*step_log.entries));
	if (to + size > step_log.byte_room)
		step_log.bytes = room_for(step_log.bytes, &step_log.byte_room, to + size, 1);
	step_log.entries[step_log.entry_count++] = (struct entry){at, to, (uint32_t)size, region, (uint32_t)block};
	step_log.byte_count = to + size;
	return step_log.bytes + to;
}

void put_entry(uint8_t *at, const uint8_t *old, size_t size, enum region region, size_t block)
{
	memcpy(add_entry(at, size, region, block), old, size);
}

/*
 * The log is kept on a stack of its own: on that of the thread whose store it is told of it would leave something below where the
 * thread stands, and the driver's next frames may have slots that they do not write.
 */
static uint8_t stack[0x8000] __attribute__((aligned(64)));

static __attribute__((noinline)) void on_own_stack(void (*keep)(unsigned long, unsigned long, unsigned long),
						    unsigned long a, unsigned long b, unsigned long c)
{
	register unsigned long di __asm__("rdi") = a, si __asm__("rsi") = b, dx __asm__("rdx") = c;

	__asm__ volatile("movq %%rsp, %%rbx\n\t"
			 "movq %[top], %%rsp\n\t"
			 "call *%[keep]\n\t"
			 "movq %%rbx, %%rsp"
			 : "+r"(di), "+r"(si), "+r"(dx)
			 : [top] "r"(stack + sizeof(stack)), [keep] "r"(keep)
			 : "rbx", "rax", "rcx", "r8", "r9", "r10", "r11", "memory", "cc", "xmm0", "xmm1", "xmm2", "xmm3",
			   "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14",
			   "xmm15");
}

static void touch_blocks(enum region region, size_t offset, size_t size)
{
	uint8_t *base = region_base(region);
	uint32_t *stamps = step_log.stamps[region];

	if (size == 0)
		return;
	for (size_t block = offset / BLOCK; block <= (offset + size - 1) / BLOCK; block++) {
		if (stamps[block] == journal_era)
			continue;
		stamps[block] = journal_era;
		memcpy(add_entry(base + block * BLOCK, BLOCK, region, block), base + block * BLOCK, BLOCK);
	}
}

static void keep_region(unsigned long region, unsigned long offset, unsigned long size)
{
	touch_blocks((enum region)region, offset, size);
}

static void keep_memory(unsigned long at, unsigned long size, unsigned long unused)
{
	size_t offset = at - (unsigned long)arena.stacks;

	(void)unused;
	if (offset >= STACKS_BYTES && offset < ARENA_BYTES)
		touch_blocks(ARENA, offset, size);
	else
		put_entry((uint8_t *)at, (uint8_t *)at, size, UNHASHED, 0);
}

static bool is_in(unsigned long at, const void *from, size_t size)
{
	return at - (unsigned long)from < size;
}

static void keep_accessed(unsigned long at, unsigned long size, unsigned long unused)
{
	size_t offset = at - (unsigned long)arena.stacks;

	(void)unused;
	if (offset >= STACKS_BYTES && offset < ARENA_BYTES) {
		touch_blocks(ARENA, offset, size);
	} else if (offset < STACKS_BYTES) {
		/* A thread's own stack is kept as a whole when it runs on. */
		if ((int)(offset / STACK_SIZE) == current_thread() || (left_out & OTHER_STACKS) != 0)
			return;
		step_log.stacks |= stale_stack((int)(offset / STACK_SIZE));
		put_entry((uint8_t *)at, (uint8_t *)at, size, UNHASHED, 0);
	} else if (is_in(at, ktasks_begin, (size_t)(ktasks_end - ktasks_begin)) ||
		   is_in(at, arena.page_structs, PAGE_STRUCT_BYTES)) {
		put_entry((uint8_t *)at, (uint8_t *)at, size, UNHASHED, 0);
	}
}

void journal_region(enum region region, size_t offset, size_t size)
{
	if (journaling)
		on_own_stack(keep_region, region, offset, size);
}

void journal_memory(void *at, size_t size)
{
	if (journaling)
		on_own_stack(keep_memory, (unsigned long)at, size, 0);
}

void journal_access(const void *at, size_t size, enum source source)
{
	if (journaling && (left_out & source) == 0)
		on_own_stack(keep_accessed, (unsigned long)at, size, 0);
}

static size_t stamp_bytes(enum region region)
{
	const size_t bytes[VARIABLES] = {ARENA_BYTES, sizes_room(), live_room()};

	return bytes[region] / BLOCK * sizeof(uint32_t);
}

void next_era(void)
{
	if (++journal_era != 0)
		return;
	/* Numbers of steps are used anew: no stamp may be one of those. */
	for (int i = 0; i < VARIABLES; i++)
		madvise(step_log.stamps[i], stamp_bytes((enum region)i), MADV_DONTNEED);
	journal_era = 1;
}

void open_log(void)
{
	step_log.entry_count = step_log.byte_count = 0;
	if (arena_stamps != NULL)
		return;
	for (int i = 0; i < VARIABLES; i++) {
		step_log.stamps[i] = mmap(NULL, stamp_bytes((enum region)i), PROT_READ | PROT_WRITE,
					  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
		if (step_log.stamps[i] == MAP_FAILED)
			abort();
	}
	arena_stamps = step_log.stamps[ARENA];
}
