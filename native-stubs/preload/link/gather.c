#include "gather.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "sys.h"
#include "tables.h"
#include "usermem.h"

#define CHUNK 65536
#define DMA_BUF_NAME_LEN 32

static uint64_t number(const uint8_t *at, unsigned size)
{
	uint64_t value = 0;

	memcpy(&value, at, size);
	return value;
}

/*
 * Appends the readable part of [address, address + size). `text` ends at a NUL. Returns the bytes appended, with `*at`
 * their place in the message, or -ENOMEM.
 */
static long append(struct message *m, uint64_t address, uint64_t size, bool text, size_t *at, uint32_t *regions)
{
	size_t start = m->used;
	size_t done = 0;
	struct wire_region region = {.addr = address};

	*at = start + sizeof(region);
	if (*regions >= WIRE_MAX_REGIONS)
		return -ENOMEM;
	while (done < size) {
		size_t part = size - done > CHUNK ? CHUNK : (size_t)(size - done);
		size_t n;

		/* What is there already moves along when the message grows. */
		if (done > 0)
			m->used = *at + done;
		if (*at + done + part > WIRE_MAX_CALL || !message_reserve(m, *at + done + part + 8))
			return -ENOMEM;
		n = usermem_read(m->data + *at + done, address + done, part);
		if (text) {
			const uint8_t *nul = memchr(m->data + *at + done, 0, n);

			if (nul != NULL) {
				done = (size_t)(nul - (m->data + *at)) + 1;
				break;
			}
		}
		done += n;
		if (n < part)
			break;
	}
	if (done == 0) {
		m->used = start;
		return 0;
	}
	region.size = (uint32_t)done;
	memcpy(m->data + start, &region, sizeof(region));
	m->used = *at;
	message_grow(m, done);
	(*regions)++;
	return (long)done;
}

/* Follows the pointers of rows [first, first + count) in the struct of `size` bytes at `at` in the message. */
static int follow(struct message *m, size_t at, size_t size, unsigned first, unsigned count, uint32_t *regions)
{
	for (unsigned i = first; i < first + count; i++) {
		const struct buffer_row *row = &buffer_rows[i];
		uint64_t address, elements, stride = row->stride;
		size_t bytes_at;
		long bytes;

		if ((size_t)row->pointer + row->pointer_size > size)
			continue; /* an older, shorter struct: the kernel reads a zero */
		address = number(m->data + at + row->pointer, row->pointer_size);
		if (address == 0)
			continue;
		if (row->kind == BUFFER_STRING) {
			elements = 1;
		} else {
			if ((size_t)row->count + row->count_size > size)
				continue;
			elements = number(m->data + at + row->count, row->count_size);
		}
		if (row->stride_field != NO_FIELD)
			stride = number(m->data + at + row->stride_field, 4);
		if (stride != 0 && elements > UINT32_MAX / stride)
			elements = UINT32_MAX / stride; /* no process has that much: the call fails with EFAULT or ENOMEM */
		bytes = append(m, address, elements * stride, row->kind == BUFFER_STRING, &bytes_at, regions);
		if (bytes < 0)
			return (int)bytes;
		if (row->nested_count == 0 || stride == 0)
			continue;
		for (uint64_t offset = 0; offset + stride <= (uint64_t)bytes; offset += stride) {
			int ret = follow(m, bytes_at + offset, stride, row->nested, row->nested_count, regions);

			if (ret < 0)
				return ret;
		}
	}
	return 0;
}

static const struct ioctl_row *find_row(const struct ioctl_row *rows, unsigned count, unsigned long request)
{
	uint8_t type = (uint8_t)(request >> 8);
	uint8_t nr = (uint8_t)request;

	for (unsigned i = 0; i < count; i++) {
		if (rows[i].nr == nr && rows[i].type == type)
			return &rows[i];
	}
	return NULL;
}

int gather(struct message *m, unsigned long request, uint64_t arg, bool compat, uint32_t *regions)
{
	const struct ioctl_row *row = compat ? find_row(compat_rows, compat_row_count, request) : NULL;
	/* DMA_BUF_SET_NAME: the argument is no pointer to a pointer, whatever its number says, but the text itself. */
	bool is_name = (request & 0xffff) == (('b' << 8) | 1);
	size_t arg_at;
	long size = append(m, arg, is_name ? DMA_BUF_NAME_LEN + 1 : (request >> 16) & 0x3fff, is_name, &arg_at, regions);

	if (size < 0)
		return (int)size;
	if (row == NULL)
		row = find_row(ioctl_rows, ioctl_row_count, request);
	if (row == NULL)
		return 0;
	if (row->fd_field != NO_FIELD && row->fd_field + 4 <= size && m->fd_count < WIRE_MAX_FDS - 1) {
		int fd = usermem_take_fd((int)number(m->data + arg_at + row->fd_field, 4));

		if (fd >= 0)
			m->fds[m->fd_count++] = fd;
	}
	return follow(m, arg_at, (size_t)size, row->first, row->count, regions);
}
