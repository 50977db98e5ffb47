#include "message.h"

#include <string.h>
#include <sys/mman.h>

#include "sys.h"

void message_init(struct message *m)
{
	m->data = m->inline_bytes;
	m->used = 0;
	m->room = sizeof(m->inline_bytes);
	m->fd_count = 0;
}

void message_free(struct message *m, bool close_fds)
{
	if (m->data != m->inline_bytes)
		SYS_2(SYS_munmap, m->data, m->room);
	if (close_fds) {
		for (int i = 0; i < m->fd_count; i++)
			sys_close(m->fds[i]);
	}
	message_init(m);
}

bool message_reserve(struct message *m, size_t size)
{
	size_t room = m->room;
	uint8_t *data;
	long ret;

	if (size <= room)
		return true;
	if (size > sizeof(struct wire_header) + WIRE_MAX_PAYLOAD)
		return false;
	while (room < size)
		room *= 4;
	ret = SYS_6(SYS_mmap, 0, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (ret < 0 && ret > -4096)
		return false;
	data = (uint8_t *)ret;
	memcpy(data, m->data, m->used);
	if (m->data != m->inline_bytes)
		SYS_2(SYS_munmap, m->data, m->room);
	m->data = data;
	m->room = room;
	return true;
}

void *message_grow(struct message *m, size_t size)
{
	size_t padded = (size + 7) & ~(size_t)7;
	void *at;

	if (!message_reserve(m, m->used + padded))
		return NULL;
	at = m->data + m->used;
	m->used += padded;
	memset((uint8_t *)at + size, 0, padded - size);
	return at;
}

void message_begin(struct message *m)
{
	message_init(m);
	m->used = sizeof(struct wire_header);
}

uint32_t message_check(const uint8_t *frame, size_t padded)
{
	uint32_t check = 0x9e3779b1;

	for (size_t at = 0; at < sizeof(struct wire_header) + padded; at += 4) {
		uint32_t word;

		if (at == offsetof(struct wire_header, check))
			continue;
		memcpy(&word, frame + at, 4);
		word ^= check;
		check = ((word << 15) | (word >> 17)) * 0x2c1b3c6d;
	}
	return check;
}

void message_seal(struct message *m, uint16_t kind, uint16_t flags, uint32_t id)
{
	size_t size = m->used - sizeof(struct wire_header);
	struct wire_header header = {
		.size = (uint32_t)size,
		.kind = kind,
		.flags = (uint16_t)(flags | m->fd_count),
		.id = id,
	};

	memcpy(m->data, &header, sizeof(header));
	header.check = message_check(m->data, size);
	memcpy(m->data, &header, sizeof(header));
}
