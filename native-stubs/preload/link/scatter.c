#include "scatter.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>

#include "usermem.h"

/* Stretches of user memory that are written together. */
#define PARTS 16

/* Goes through the regions of a message. */
struct cursor {
	const struct message *m;
	size_t at;
	uint32_t left;
	struct wire_region region;
	const uint8_t *bytes;
};

static struct cursor request_regions(const struct message *request)
{
	struct cursor c = {.m = request, .at = sizeof(struct wire_header) + sizeof(struct wire_ioctl)};
	struct wire_ioctl header;

	memcpy(&header, request->data + sizeof(struct wire_header), sizeof(header));
	c.left = header.regions;
	return c;
}

static struct cursor reply_regions(const struct message *reply)
{
	struct cursor c = {.m = reply, .at = sizeof(struct wire_header) + sizeof(struct wire_reply)};
	struct wire_reply header;

	memcpy(&header, reply->data + sizeof(struct wire_header), sizeof(header));
	c.left = header.regions;
	return c;
}

/* The next region; false at the end, or with `left` above 0 where the message is too short for it. */
static bool next(struct cursor *c)
{
	size_t room = c->at < c->m->used ? c->m->used - c->at : 0;

	if (c->left == 0 || room < sizeof(c->region))
		return false;
	memcpy(&c->region, c->m->data + c->at, sizeof(c->region));
	if (c->region.size > room - sizeof(c->region))
		return false;
	c->bytes = c->m->data + c->at + sizeof(c->region);
	c->at += sizeof(c->region) + ((c->region.size + 7) & ~(size_t)7);
	c->left--;
	return true;
}

static bool contains(const struct wire_region *region, uint64_t address, uint32_t size)
{
	return address >= region->addr && size <= region->size && address - region->addr <= region->size - size;
}

/* Whether [address, address + size) lies in a region of the request from the cursor's present one on; it stops there. */
static bool find(struct cursor *request, uint64_t address, uint32_t size)
{
	while (!contains(&request->region, address, size)) {
		if (!next(request))
			return false;
	}
	return true;
}

/*
 * Whether the reply stays inside of the memory that the request brought. Its regions come in the order of the request's,
 * so one walk over both tells. `*installs` becomes the place behind the regions.
 */
static bool is_answer(const struct message *request, const struct message *reply, size_t *installs)
{
	struct cursor asked = request_regions(request);
	struct cursor told = reply_regions(reply);

	while (next(&told)) {
		if (!find(&asked, told.region.addr, told.region.size))
			return false;
	}
	*installs = told.at;
	for (int i = 0; i < reply->fd_count; i++) {
		struct wire_install install;
		size_t at = told.at + (size_t)i * sizeof(install);

		if (at + sizeof(install) > reply->used)
			return false;
		memcpy(&install, reply->data + at, sizeof(install));
		asked = request_regions(request);
		if (!find(&asked, install.addr, sizeof(int)))
			return false;
	}
	return told.left == 0;
}

int scatter(const struct message *request, struct message *reply)
{
	struct usermem_part parts[PARTS];
	struct cursor told = reply_regions(reply);
	unsigned count = 0;
	size_t at;
	int result = 0;

	if (!is_answer(request, reply, &at))
		return -ENODEV;
	while (next(&told)) {
		parts[count++] = (struct usermem_part){told.region.addr, told.bytes, told.region.size};
		if (count == PARTS || told.left == 0) {
			if (!usermem_write_all(parts, count))
				result = -EFAULT;
			count = 0;
		}
	}
	for (int i = 0; i < reply->fd_count; i++) {
		struct wire_install install;

		memcpy(&install, reply->data + at, sizeof(install));
		at += sizeof(install);
		if (usermem_give_fd(reply->fds[i], (install.flags & O_CLOEXEC) != 0, install.addr))
			reply->fds[i] = -1; /* the client's now */
		else
			result = -EFAULT;
	}
	return result;
}
