/* The moments that one can go back to, and the sum of hashes that each of them had. */
#include "journal.h"
#include "host.h"
#include "log.h"
#include "parts.h"
#include <string.h>

struct moment {
	size_t entries, bytes;
	uint64_t sum, tables;
	/* Who went on from here, where its stack ended, and whose stacks that changed. */
	int thread;
	uint8_t *stack_end;
	uint32_t stacks;
	struct known_term term;
	/* What the mailbox said, and where views.c has the view. */
	unsigned long ready, hash;
	size_t view;
};

static struct {
	struct moment *moments;
	size_t moment_count, moment_room;
	/* Of all regions; of page tables alone, from where they were when the journal began. */
	uint64_t sum, tables;
	/* The variables as they were after the last step. */
	uint8_t *variables;
	size_t variable_room;
} history;

/* What was counted in tables, under the hash of what they held, which is as good as what they held. */
#define COUNTS 1024
static struct {
	uint64_t key;
	unsigned long count;
} counts[COUNTS];

static inline bool same_block(const uint8_t *a, const uint8_t *b)
{
	uint64_t x[BLOCK / 8], y[BLOCK / 8], other = 0;

	memcpy(x, a, BLOCK);
	memcpy(y, b, BLOCK);
	for (size_t i = 0; i < BLOCK / 8; i++)
		other |= x[i] ^ y[i];
	return other == 0;
}

/* Bytes of variables that are compared at a time. */
#define COMPARED (16 * BLOCK)

/* gcc announces no store to a variable that it knows to be inside it. */
static void compare_variables(void)
{
	size_t size = (size_t)(kdata_end - kdata_begin);
	uint8_t *now = (uint8_t *)kdata_begin, *then = history.variables;

	if ((left_out & GLOBALS) != 0)
		return;
	for (size_t at = 0; at < size; at += BLOCK) {
		/* Most of them never change. */
		if (at % COMPARED == 0 && at + COMPARED <= size && memcmp(now + at, then + at, COMPARED) == 0) {
			at += COMPARED - BLOCK;
			continue;
		}

		size_t length = size - at < BLOCK ? size - at : BLOCK;

		if (length == BLOCK ? same_block(now + at, then + at) : memcmp(now + at, then + at, length) == 0)
			continue;
		put_entry(now + at, then + at, length, VARIABLES, at / BLOCK);
		memcpy(then + at, now + at, length);
	}
}

void begin_journal(void)
{
	size_t size = (size_t)(kdata_end - kdata_begin);

	open_log();
	forget_views();
	history.variables = room_for(history.variables, &history.variable_room, size, 1);
	memcpy(history.variables, kdata_begin, size);
	history.moment_count = 0;
	history.sum = sum_from_scratch();
	history.tables = 0;
	memset(counts, 0, sizeof(counts));
	stale_stack(-1);
	journaling = true;
}

void end_journal(void)
{
	journaling = false;
}

void journal_step(int thread)
{
	if (!journaling)
		return;
	history.moments = room_for(history.moments, &history.moment_room, history.moment_count + 1, sizeof(*history.moments));
	history.moments[history.moment_count++] = (struct moment){
		step_log.entry_count, step_log.byte_count, history.sum, history.tables, thread, stack_end(thread), 1u << thread, term_before(thread), mailbox.ready, mailbox.hash, keep_view(),
	};
	step_log.stacks = stale_stack(thread);
	next_era();
	journal_thread(thread);
}

/* What an entry adds to the sum; most of what was about to be read or changed is as it was. */
static inline uint64_t change_of(const struct entry *entry)
{
	const uint8_t *then = step_log.bytes + entry->from;

	if (entry->size == BLOCK)
		return same_block(entry->at, then) ? 0 :
						     hash_whole_block(entry->region, entry->block, entry->at) -
							     hash_whole_block(entry->region, entry->block, then);
	return hash_block(entry->region, entry->block, entry->at, entry->size) -
	       hash_block(entry->region, entry->block, then, entry->size);
}

void journal_stepped(void)
{
	if (!journaling)
		return;
	compare_variables();
	history.moments[history.moment_count - 1].stacks = step_log.stacks;
	for (size_t i = history.moments[history.moment_count - 1].entries; i < step_log.entry_count; i++) {
		const struct entry *entry = &step_log.entries[i];

		if (entry->region == UNHASHED)
			continue;
		const uint64_t change = change_of(entry);

		history.sum += change;
		if (entry->region == ARENA && entry->at >= arena.tables)
			history.tables += change;
	}
}

static uint64_t key_of(unsigned long uid)
{
	return (history.tables + uid) * 0x9e3779b97f4a7c15UL | 1;
}

bool counted_before(unsigned long uid, unsigned long *count)
{
	const uint64_t key = key_of(uid);

	*count = counts[key >> 54].count;
	return journaling && counts[key >> 54].key == key;
}

void remember_count(unsigned long uid, unsigned long count)
{
	const uint64_t key = key_of(uid);

	counts[key >> 54].key = key;
	counts[key >> 54].count = count;
}

size_t moment_now(void)
{
	return history.moment_count;
}

bool journal_moved(void)
{
	return history.sum != history.moments[history.moment_count - 1].sum;
}

uint64_t journal_sum(void)
{
	return history.sum;
}

bool undo_to(size_t moment)
{
	const struct moment *to = &history.moments[moment];
	uint8_t *lowest[MAX_THREADS];
	uint32_t changed = 0;

	if (!journaling || moment > history.moment_count)
		return false;
	if (moment == history.moment_count)
		return true;
	for (size_t i = history.moment_count; i-- > moment;)
		changed |= history.moments[i].stacks;
	depths(lowest, changed);
	for (size_t i = step_log.entry_count; i-- > to->entries;) {
		const struct entry *entry = &step_log.entries[i];

		if (entry->size == BLOCK)
			memcpy(entry->at, step_log.bytes + entry->from, BLOCK);
		else
			memcpy(entry->at, step_log.bytes + entry->from, entry->size);
		if (entry->region == VARIABLES)
			memcpy(history.variables + entry->block * BLOCK, step_log.bytes + entry->from, entry->size);
	}
	for (size_t i = history.moment_count; i-- > moment;) {
		const struct moment *from = &history.moments[i];

		if (from->stack_end < lowest[from->thread])
			lowest[from->thread] = from->stack_end;
		term_again(from->thread, from->term, from->stacks & ~(1u << from->thread));
	}
	alive_again(changed);
	clear_below(lowest, changed);
	mailbox.ready = to->ready;
	mailbox.hash = to->hash;
	view_again(to->view);
	history.sum = to->sum;
	history.tables = to->tables;
	step_log.entry_count = to->entries;
	step_log.byte_count = to->bytes;
	history.moment_count = moment;
	return true;
}
