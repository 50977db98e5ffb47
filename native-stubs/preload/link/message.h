/* A frame under construction, or one that arrived. */
#ifndef PANTHOR_SHIM_MESSAGE_H
#define PANTHOR_SHIM_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../../wire.h"

/* Most frames fit into `inline_bytes`; longer ones live in pages of their own, because malloc is not for handlers. */
struct message {
	uint8_t *data;
	size_t used;
	size_t room;
	int fds[WIRE_MAX_FDS];
	int fd_count;
	_Alignas(8) uint8_t inline_bytes[2048];
};

void message_init(struct message *m);
/* Gives back the pages, and closes the descriptors where `close_fds` says so. */
void message_free(struct message *m, bool close_fds);
/* Room for `size` more bytes, zeroed up to the next multiple of 8; NULL beyond the longest frame or without memory. */
void *message_grow(struct message *m, size_t size);
/* Writes the frame header in front (room for it is kept by message_begin). */
void message_begin(struct message *m);
void message_seal(struct message *m, uint16_t kind, uint16_t flags, uint32_t id);
/* Makes sure that `size` bytes fit in all, keeping what is there. */
bool message_reserve(struct message *m, size_t size);
/* The checksum of a frame: its first 12 bytes and `padded` bytes behind the header. */
uint32_t message_check(const uint8_t *frame, size_t padded);

#endif
