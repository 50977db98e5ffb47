/*
 * What the recording library stands in front of. Calls go on to what is next, the kernel or the shim; what they were
 * given and what they gave back goes to the recorder before the client has it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "channel.h"
#include "config.h"
#include "files.h"
#include "gather.h"
#include "hidden.h"
#include "next.h"
#include "process.h"
#include "usermem.h"

#define BODY(m, type) ((type *)(void *)((m)->data + sizeof(struct wire_header)))

int fcntl64(int fd, int command, ...);

/* Appends the regions of the message once more, as they are now. False where there is no room. */
static bool append_after(struct message *m, size_t at, uint32_t regions)
{
	while (regions-- > 0) {
		struct wire_region region;
		size_t padded;
		uint8_t *copy;

		memcpy(&region, m->data + at, sizeof(region));
		padded = (region.size + 7) & ~7u;
		copy = message_grow(m, sizeof(region) + region.size);
		if (copy == NULL)
			return false;
		/* What can no longer be read stays as it was. */
		memcpy(copy, m->data + at, sizeof(region) + region.size);
		usermem_read(copy + sizeof(region), region.addr, region.size);
		at += sizeof(region) + padded;
	}
	return true;
}

static void send_record(struct message *m, uint16_t kind)
{
	struct message reply;

	if (channel_call(m, kind, -1, 0, &reply) == 0)
		message_free(&reply, true);
}

EXPORT int ioctl(int fd, unsigned long request, ...)
{
	struct wire_record_ioctl record = {.request = (uint32_t)request};
	struct message m;
	va_list args;
	void *arg;
	int ret, error;
	bool whole;

	va_start(args, request);
	arg = va_arg(args, void *);
	va_end(args);
	record.file = config()->active && ((request >> 8) & 0xff) == 'd' ? files_of(fd) : 0;
	if (record.file == 0)
		return NEXT(ioctl)(fd, request, arg);
	message_begin(&m);
	message_grow(&m, sizeof(record));
	whole = gather(&m, request, (uint64_t)(uintptr_t)arg, false, &record.regions) == 0;
	m.fd_count = 0;
	errno = 0;
	ret = NEXT(ioctl)(fd, request, arg);
	error = errno;
	if (whole && append_after(&m, sizeof(struct wire_header) + sizeof(record), record.regions)) {
		record.arg = (uint64_t)(uintptr_t)arg;
		record.tid = (uint32_t)own_tid();
		record.ret = ret;
		record.error = ret < 0 ? error : 0;
		memcpy(BODY(&m, struct wire_record_ioctl), &record, sizeof(record));
		send_record(&m, WIRE_RECORD_IOCTL);
	}
	message_free(&m, false);
	errno = error;
	return ret;
}

EXPORT void *mmap(void *addr, size_t length, int prot, int flags, int fd, off_t offset)
{
	uint64_t file = 0;
	void *result;
	int error;

	if (config()->active && fd >= 0 && (flags & MAP_ANONYMOUS) == 0)
		file = files_of(fd);
	result = NEXT(mmap)(addr, length, prot, flags, fd, offset);
	error = errno;
	if (file != 0) {
		struct wire_record_mmap record = {file,		  length,	    (uint64_t)offset,	 (uint32_t)prot,
						  (uint32_t)flags, (uint32_t)own_tid(), result != MAP_FAILED};
		struct message m;

		message_begin(&m);
		memcpy(message_grow(&m, sizeof(record)), &record, sizeof(record));
		send_record(&m, WIRE_RECORD_MMAP);
		message_free(&m, false);
	}
	errno = error;
	return result;
}
ALSO(mmap64, mmap);

EXPORT int close(int fd)
{
	if (hidden_contains(fd)) {
		errno = EBADF;
		return -1;
	}
	files_close(fd);
	return NEXT(close)(fd);
}

EXPORT int dup(int fd)
{
	int copy = NEXT(dup)(fd);

	if (copy >= 0)
		files_copy(fd, copy);
	return copy;
}

EXPORT int dup2(int from, int to)
{
	int copy;

	hidden_make_way(to);
	copy = NEXT(dup2)(from, to);
	if (copy >= 0 && from != to)
		files_copy(from, to);
	return copy;
}

EXPORT int dup3(int from, int to, int flags)
{
	int copy;

	hidden_make_way(to);
	copy = NEXT(dup3)(from, to, flags);
	if (copy >= 0)
		files_copy(from, to);
	return copy;
}

static int copied(int fd, int command, int result)
{
	if (result >= 0 && (command == F_DUPFD || command == F_DUPFD_CLOEXEC))
		files_copy(fd, result);
	return result;
}

#define TAKE_ARGUMENT(argument, last)                                                                        \
	void *argument;                                                                                      \
	va_list args;                                                                                        \
	va_start(args, last);                                                                                \
	argument = va_arg(args, void *);                                                                     \
	va_end(args)

EXPORT int fcntl(int fd, int command, ...)
{
	TAKE_ARGUMENT(argument, command);
	return copied(fd, command, NEXT(fcntl)(fd, command, argument));
}

EXPORT int fcntl64(int fd, int command, ...)
{
	TAKE_ARGUMENT(argument, command);
	return copied(fd, command, NEXT(fcntl64)(fd, command, argument));
}
