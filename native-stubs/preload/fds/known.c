#include "known.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "config.h"
#include "sys.h"

#define NUMBERS 65536

/* One bit for each number; a false positive costs a system call, so numbers beyond the table share its bits. */
static _Atomic uint64_t ours[NUMBERS / 64];

static _Atomic uint64_t *word_of(int fd, uint64_t *bit)
{
	unsigned at = (unsigned)fd % NUMBERS;

	*bit = 1ull << (at % 64);
	return &ours[at / 64];
}

bool is_dma_buf(int fd)
{
	static const char wanted[] = "/memfd:panthor-shim-bo";
	char link[32];
	char name[64];
	long n;

	if (!config()->active)
		return false;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = SYS_4(SYS_readlinkat, AT_FDCWD, link, name, sizeof(name));
	return n > (long)sizeof(wanted) - 1 && memcmp(name, wanted, sizeof(wanted) - 1) == 0;
}

/* identify(), and dma-bufs too. */
static struct identity look(int fd)
{
	struct identity id = identify(fd);

	if (id.kind == FILE_OTHER && is_dma_buf(fd))
		id.kind = FILE_DMA_BUF;
	return id;
}

void known_learn(int fd)
{
	uint64_t bit;

	if (fd >= 0 && config()->active && look(fd).kind != FILE_OTHER) {
		_Atomic uint64_t *word = word_of(fd, &bit);

		atomic_fetch_or(word, bit);
	}
}

void known_forget(int fd)
{
	uint64_t bit;
	_Atomic uint64_t *word = word_of(fd, &bit);

	if (fd >= 0 && (atomic_load_explicit(word, memory_order_relaxed) & bit) != 0)
		atomic_fetch_and(word, ~bit);
	identity_forget(fd);
}

void known_forget_range(unsigned first, unsigned last)
{
	for (unsigned fd = first; fd <= last && fd < NUMBERS; fd++)
		known_forget((int)fd);
	identity_forget_range(first, last);
}

bool known(int fd, struct identity *id)
{
	uint64_t bit;
	_Atomic uint64_t *word = word_of(fd, &bit);

	if (fd < 0 || (atomic_load_explicit(word, memory_order_relaxed) & bit) == 0)
		return false;
	*id = look(fd);
	return id->kind != FILE_OTHER;
}

/* What exec(2) left open. */
__attribute__((constructor)) static void learn_inherited(void)
{
	if (!config()->active)
		return;
	for (int fd = 0; fd < 256; fd++) {
		if (SYS_2(SYS_fcntl, fd, F_GETFD) >= 0)
			known_learn(fd);
	}
}
