/* mmap(2): the server says which memory an offset of the device stands for; the mapping itself is the kernel's work. */
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>

#include "channel.h"
#include "mapping.h"
#include "next.h"
#include "process.h"
#include "sys.h"

#define PAGE_MASK 4095ull

/* A descriptor for the memory and `*offset` inside it, or -errno. */
static int find_memory(int fd, uint64_t key, size_t length, int prot, int flags, off_t *offset)
{
	struct wire_mmap request = {
		.file = key,
		.length = (length + PAGE_MASK) & ~PAGE_MASK,
		.offset = (uint64_t)*offset,
		.prot = (uint32_t)prot,
		.flags = (uint32_t)flags,
		.tid = (uint32_t)own_tid(),
		.fd = fd,
	};
	struct wire_reply answer;
	struct message m, reply;
	int ret;

	message_begin(&m);
	memcpy(message_grow(&m, sizeof(request)), &request, sizeof(request));
	ret = channel_call(&m, WIRE_MMAP, fd, key, &reply);
	message_free(&m, false);
	if (ret < 0)
		return ret;
	memcpy(&answer, reply.data + sizeof(struct wire_header), sizeof(answer));
	ret = answer.ret;
	if (ret == 0 && reply.fd_count > 0) {
		*offset = (off_t)answer.offset;
		ret = reply.fds[0];
		reply.fds[0] = -1;
	} else if (ret == 0) {
		ret = -ENODEV;
	}
	message_free(&reply, true);
	return ret;
}

EXPORT void *mmap(void *addr, size_t length, int prot, int flags, int fd, off_t offset)
{
	struct identity id = {.kind = FILE_OTHER};
	void *result;
	int memory = -EINVAL;

	if ((flags & MAP_ANONYMOUS) == 0 && fd >= 0)
		id = identify(fd);
	if (id.kind != FILE_DEVICE) {
		result = NEXT(mmap)(addr, length, prot, flags, fd, offset);
	} else {
		if (length != 0 && ((uint64_t)offset & PAGE_MASK) == 0)
			memory = find_memory(fd, id.key, length, prot, flags, &offset);
		if (memory < 0) {
			errno = -memory;
			return MAP_FAILED;
		}
		result = NEXT(mmap)(addr, length, prot, flags, memory, offset);
		sys_close(memory);
	}
	if (result != MAP_FAILED && (flags & MAP_FIXED) != 0)
		mapping_remove((uintptr_t)result, (length + PAGE_MASK) & ~PAGE_MASK);
	if (result != MAP_FAILED && id.kind == FILE_DEVICE)
		mapping_add(fd, id.key, (uintptr_t)result, (length + PAGE_MASK) & ~PAGE_MASK);
	return result;
}
ALSO(mmap64, mmap);

EXPORT int munmap(void *addr, size_t length)
{
	int result = NEXT(munmap)(addr, length);

	if (result == 0)
		mapping_remove((uintptr_t)addr, (length + PAGE_MASK) & ~PAGE_MASK);
	return result;
}
