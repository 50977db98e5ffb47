/* What the files of the host half use of each other. */
#ifndef PANTHOR_SHIM_TREE_HOST_H
#define PANTHOR_SHIM_TREE_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "../arena.h"

/* The region: stacks, then the heap, then tables. Address 0 of physical memory is `physical_zero`. */
struct arena {
	uint8_t *stacks, *heap, *tables;
	uint8_t *physical_zero;
	void *page_structs;
};

#define PAGE_STRUCT_BYTES (PHYS_LIMIT / 4096 * 64)

extern struct arena arena;

/* Reserves the region; 0, or an errno. */
int open_arena(void);

/* No page belongs to a folio. */
void reset_page_structs(void);

/* The heap and the tables as they were when nothing was allocated. */
void reset_heap(void);

/* Thread `index` begins with `function` at its next step. */
void start_thread(int index, unsigned long function);
/* Runs a thread to its next point, which is in the mailbox. */
void step_thread(int index);
/* Both, as one moment. */
void run_thread(int index, unsigned long function);
bool thread_ended(int index);
/* Bits of the threads that can go on by themselves. */
uint32_t ready_threads(void);
void reset_threads(void);
/* Which thread runs; -1 between two steps. */
extern int running_thread;

/* Registers of the machine that answers at once. */
extern uint32_t immediate_words[MMIO_SIZE / 4];

/* The variables of the kernel half. */
extern char kdata_begin[] __asm__("__start_kdata"), kdata_end[] __asm__("__stop_kdata");

#endif
