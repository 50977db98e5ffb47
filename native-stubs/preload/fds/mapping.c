#include "mapping.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/mman.h>

#include "at-fork.h"
#include "hidden.h"
#include "sys.h"

#define PER_BLOCK 255

struct mapping {
	uintptr_t start;
	size_t length; /* 0: the entry is free */
	int file;      /* index into `files` */
};

struct block {
	struct block *next;
	struct mapping entries[PER_BLOCK];
};

/* An open file with mappings: one hidden descriptor, whatever their number. */
struct held_file {
	uint64_t key;
	int handle;
	unsigned mappings;
};

#define FILES 64

static struct held_file files[FILES];
static struct block *blocks;
static _Atomic unsigned live;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void before_fork(void)
{
	pthread_mutex_lock(&lock);
}

static void after_fork(void)
{
	pthread_mutex_unlock(&lock);
}

static void set_up(void)
{
	at_fork(before_fork, after_fork, after_fork);
}

/* Signals wait while the lock is held: a handler may map and unmap too. */
static void enter(sigset_t *before)
{
	sigset_t all;

	sigfillset(&all);
	pthread_once(&once, set_up);
	pthread_sigmask(SIG_SETMASK, &all, before);
	pthread_mutex_lock(&lock);
}

static void leave(const sigset_t *before)
{
	pthread_mutex_unlock(&lock);
	pthread_sigmask(SIG_SETMASK, before, NULL);
}

/* Index of the held file `key`, held once more; -1 where it cannot be. */
static int hold(int fd, uint64_t key)
{
	int unused = -1;
	long copy;

	for (int i = 0; i < FILES; i++) {
		if (files[i].mappings > 0 && files[i].key == key) {
			files[i].mappings++;
			return i;
		}
		if (files[i].mappings == 0)
			unused = i;
	}
	if (unused < 0)
		return -1;
	copy = SYS_3(SYS_fcntl, fd, F_DUPFD_CLOEXEC, 0);
	if (copy < 0)
		return -1;
	files[unused].handle = hidden_add((int)copy);
	if (files[unused].handle < 0)
		return -1;
	files[unused].key = key;
	files[unused].mappings = 1;
	return unused;
}

static void release(int file)
{
	if (--files[file].mappings == 0)
		hidden_drop(files[file].handle);
}

static struct mapping *free_entry(void)
{
	long page;

	for (struct block *b = blocks; b != NULL; b = b->next) {
		for (int i = 0; i < PER_BLOCK; i++) {
			if (b->entries[i].length == 0)
				return &b->entries[i];
		}
	}
	page = SYS_6(SYS_mmap, 0, sizeof(struct block), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (page < 0 && page > -4096)
		return NULL;
	((struct block *)page)->next = blocks;
	blocks = (struct block *)page;
	return &blocks->entries[0];
}

/* Notes [start, start + length) for a file that is already held for it. */
static void note(int file, uintptr_t start, size_t length)
{
	struct mapping *entry = free_entry();

	if (entry == NULL) {
		release(file);
		return;
	}
	entry->start = start;
	entry->length = length;
	entry->file = file;
	atomic_fetch_add(&live, 1);
}

static void cut(struct mapping *m, uintptr_t start, uintptr_t end)
{
	uintptr_t m_end = m->start + m->length;

	if (start <= m->start && end >= m_end) {
		m->length = 0;
		atomic_fetch_sub(&live, 1);
		release(m->file);
	} else if (start <= m->start) {
		m->length = m_end - end;
		m->start = end;
	} else {
		m->length = start - m->start;
		if (end < m_end) {
			files[m->file].mappings++;
			note(m->file, end, m_end - end);
		}
	}
}

void mapping_add(int fd, uint64_t key, uintptr_t start, size_t length)
{
	sigset_t before;
	int file;

	enter(&before);
	file = hold(fd, key);
	if (file >= 0)
		note(file, start, length);
	leave(&before);
}

void mapping_remove(uintptr_t start, size_t length)
{
	sigset_t before;
	uintptr_t end = start + length;

	if (atomic_load(&live) == 0)
		return;
	enter(&before);
	for (struct block *b = blocks; b != NULL; b = b->next) {
		for (int i = 0; i < PER_BLOCK; i++) {
			struct mapping *m = &b->entries[i];

			if (m->length != 0 && start < m->start + m->length && end > m->start)
				cut(m, start, end);
		}
	}
	leave(&before);
}
