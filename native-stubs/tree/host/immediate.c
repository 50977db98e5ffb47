/*
 * A machine whose commands are over at once, for measuring the driver without a call to JavaScript at each register: what
 * src/hw/machine.ts is where nothing is injected. It answers where `quiet` says that accesses are no points.
 */
#include "host.h"

enum {
	GPU_INT = 0x20,
	GPU_CMD = 0x30,
	MMU_INT = 0x2000,
	/* From an interrupt's base. */
	RAWSTAT = 0x0,
	CLEAR = 0x4,
	MASK = 0x8,
	STAT = 0xc,
	FLUSH_CACHES = 4,
	CLEAN_CACHES_COMPLETED = 1 << 17,
};

uint32_t immediate_words[MMIO_SIZE / 4];

static uint32_t *word(unsigned long offset)
{
	return &immediate_words[offset / 4];
}

unsigned int immediate_read(unsigned long offset)
{
	if (offset == GPU_INT + STAT || offset == MMU_INT + STAT)
		return *word(offset - STAT + RAWSTAT) & *word(offset - STAT + MASK);
	return *word(offset);
}

void immediate_write(unsigned long offset, unsigned int value)
{
	if (offset == GPU_INT + CLEAR || offset == MMU_INT + CLEAR)
		*word(offset - CLEAR + RAWSTAT) &= ~value;
	else
		*word(offset) = value;
	if (offset == GPU_CMD && (value & 0xff) == FLUSH_CACHES)
		*word(GPU_INT + RAWSTAT) |= CLEAN_CACHES_COMPLETED;
}
