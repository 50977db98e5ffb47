/*
 * What the two halves of the addon promise each other. The kernel half is compiled with the tree's own headers and flags,
 * the host half with libc; neither sees the other's headers, so only plain C types pass between them.
 *
 * All memory that the driver can change lies in one region of address space, chosen when the addon is loaded: the
 * stacks of the threads, the heap and the page tables. With the objects' own variables that is the whole state.
 */
#ifndef PANTHOR_SHIM_TREE_ARENA_H
#define PANTHOR_SHIM_TREE_ARENA_H

#define MAX_THREADS 32
#define STACK_SIZE 0x10000UL

/* Physical addresses, as in src/hw/memory.ts: root tables, then all other tables. */
#define ROOT_PHYS 0x80000000UL
#define TABLE_PHYS 0x90000000UL
#define ROOT_BYTES (TABLE_PHYS - ROOT_PHYS)
/* Bytes of address space for tables: what one operation may reserve at most before it is out of memory. */
#define TABLE_BYTES 0x200000000UL
#define HEAP_BYTES 0x40000000UL
/* Physical addresses end here: 16 GiB of struct page, of which only what is looked at takes memory. */
#define PHYS_LIMIT (1UL << 40)
/* Where the driver believes its registers to be. Nothing is mapped there. */
#define MMIO_BASE 0x7ff000000000UL
#define MMIO_SIZE 0x100000UL

/* Why a thread stopped. The order is src/tree/mailbox.ts's. */
enum point {
	POINT_END,
	POINT_MUTEX,
	POINT_SPIN,
	POINT_READ,
	POINT_WRITE,
	POINT_POLL,
	POINT_TABLE,
	POINT_SLEEP,
	POINT_CONDITION,
	POINT_TRAP,
	POINT_BUG,
	POINT_NOTES,
	POINT_TICK,            /* waits for the scheduler's tick, which is not ours */
	POINT_COUNT
};

/* How a sleep ends: its time is over, it was woken, or a signal came. */
enum reply { REPLY_TIMEOUT, REPLY_WOKEN, REPLY_SIGNAL };

/* What the driver does between two points, told in order. The order is src/tree/mailbox.ts's. */
enum note {
	NOTE_WARN = 1,
	NOTE_MAP,
	NOTE_UNMAP,
	NOTE_STEP_MAP,
	NOTE_STEP_UNMAP,
	NOTE_STEP_REMAP,
	NOTE_RESET_SCHEDULED,
	NOTE_MMU_FAULT,
	NOTE_VM_DESTRUCTION,
	NOTE_PRINT,
	NOTE_FAULT,            /* enum fault, how many words follow, those words */
	NOTE_ENTER_FAILED
};

/* What the kernel's own debugging would find (KASAN, kmemleak, lockdep). The order is src/tree/faults.ts's. */
enum fault {
	FAULT_USE_AFTER_FREE = 1,
	FAULT_OUT_OF_BOUNDS,
	FAULT_NULL,
	FAULT_DOUBLE_FREE,
	FAULT_LEAK,
	FAULT_LOCK_ORDER,
	FAULT_HELD_AT_RETURN
};

#define NOTE_WORDS 0x8000
#define VIEW_WORDS 1024
/* Words of the view that are about the device; those of VMs follow. Which threads are alive. */
#define VIEW_OF_DEVICE 12
#define VIEW_OF_ALIVE 10

/* Shared with JavaScript, word by word; src/tree/mailbox.ts has the offsets. */
struct mailbox {
	unsigned long kind;    /* enum point of the thread that stopped */
	unsigned long object;  /* lock, wait queue, register offset: what it is about */
	unsigned long a, b;    /* value to write, and the like */
	unsigned long reply;   /* what a read finds, how a poll or a sleep ends */
	unsigned long quiet;   /* bits of points at which no switch is wanted */
	unsigned long args[12];
	unsigned long results[12];
	unsigned long noted;   /* words used in `notes` */
	unsigned long notes[NOTE_WORDS];
	char text[4096];       /* names and messages */
	unsigned long view[VIEW_WORDS];
	/* After each start, step and undo of a journalled run, so that the caller need not ask: what the functions of these names say. */
	unsigned long ready, moment, hash;
	/* Whether `view` is of now, and whether the last start or step has changed what it says of VMs. */
	unsigned long viewed, moved;
	/* Arguments of step(), run() and undo(), which are called millions of times: a thread, an entry point, a moment. */
	unsigned long thread, call, target;
};

extern struct mailbox mailbox;

/*
 * Memory of the client that makes a call, filled by JavaScript (src/tree/replay/user-bytes.ts): regions, then their bytes, at
 * offsets from the start of this struct.
 */
#define USER_BYTES 0x40000000UL
#define MAX_REGIONS 0x4000
struct user_memory {
	unsigned long count;
	struct user_region {
		unsigned long address, size, offset;
	} regions[MAX_REGIONS];
};
extern struct user_memory *user_memory;

/* The registers of a machine whose commands are over at once (immediate.c). */
unsigned int immediate_read(unsigned long offset);
void immediate_write(unsigned long offset, unsigned int value);

/* Host half, called by the kernel half. */
unsigned long stop_at(enum point kind, unsigned long object, unsigned long a, unsigned long b);
/* The point is passed over where `quiet` says so. */
void pass(enum point kind, unsigned long object);
int current_thread(void);
void begin_note(enum note note);
void note_word(unsigned long word);
void note_text(const char *text);
_Noreturn void trap(const char *name);
/* Places in the tree's code, as offsets in the addon: the nearest caller's, or 0. */
unsigned int call_site(void);
void note_fault(enum fault fault, const unsigned long *words, unsigned long count);

/* Variables of the section `kkept` are no part of the hash; who changes them says so before. */
void journal_memory(void *at, unsigned long size);

/* `site` is who asks, for those who wonder later. */
void *heap_alloc(unsigned long size, unsigned int site);
void heap_free(void *object, unsigned int site);
/* Bytes asked for, 0 for what is no live object. */
unsigned long heap_size(const void *object);
void *root_alloc(void);
void *table_alloc(void);
void table_free(void *page);
int is_table(const void *page);
unsigned long tables_live(void);
/* What was counted of a VM's tables before, where none has changed since; only where a journal is kept. */
_Bool counted_before(unsigned long uid, unsigned long *count);
void remember_count(unsigned long uid, unsigned long count);
/* Bits of the threads that have begun and not ended. */
unsigned int threads_alive(void);
/* How many more tables can be had. */
unsigned long tables_left(void);

/* Kernel half, called by the host half. */
struct run;
void set_backing(struct run *runs, unsigned long count);
void kernel_start(unsigned long physical_zero, void *page_structs);
void call_kernel(unsigned long function);
void entered(int thread);
void prepare_stack(int thread, unsigned long top);
unsigned long thread_word(int thread);
/* The driver's state for those who judge it (panthor/view.c), in words; the name of a lock or a queue. */
unsigned long view_driver(unsigned long *words);
void name_of(unsigned long object, char *name, unsigned long size);
unsigned long count_tables(unsigned long uid);
int is_ready(unsigned long kind, unsigned long object, int thread);

#endif
