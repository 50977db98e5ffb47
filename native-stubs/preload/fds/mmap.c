/* mmap(2): the server says which memory an offset of the device stands for; the mapping itself is the kernel's work. */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "channel.h"
#include "known.h"
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
	uint64_t found = 0;
	int memory = channel_descriptor(WIRE_MMAP, fd, key, &request, sizeof(request), &found);

	if (memory >= 0)
		*offset = (off_t)found;
	return memory;
}

/* do_mmap(): what is mapped has to be readable, and writable where others are to see what is written. */
static bool mode_allows(const struct identity *id, int prot, int flags)
{
	unsigned mode = id->flags & O_ACCMODE;

	if (mode != O_RDONLY && mode != O_RDWR)
		return false;
	return (prot & PROT_WRITE) == 0 || (flags & MAP_TYPE) == MAP_PRIVATE || mode == O_RDWR;
}

/* dma_buf_mmap_internal() and is_cow_mapping(): within the object, and shared. True for what is no dma-buf of ours. */
static bool may_map(int fd, size_t length, int flags, off_t offset)
{
	struct identity id;
	long size;

	if (!known(fd, &id) || id.kind != FILE_DMA_BUF)
		return true;
	size = SYS_3(SYS_lseek, fd, 0, SEEK_END);
	return (flags & MAP_TYPE) != MAP_PRIVATE && size >= 0 && (uint64_t)offset <= (uint64_t)size &&
	       ((length + PAGE_MASK) & ~PAGE_MASK) <= (uint64_t)size - (uint64_t)offset;
}

EXPORT void *mmap(void *addr, size_t length, int prot, int flags, int fd, off_t offset)
{
	struct identity id = {.kind = FILE_OTHER};
	void *result;
	int memory = -EINVAL;

	if ((flags & MAP_ANONYMOUS) == 0 && fd >= 0)
		id = identify(fd);
	if (id.kind == FILE_OTHER && (flags & MAP_ANONYMOUS) == 0 && !may_map(fd, length, flags, offset)) {
		errno = EINVAL;
		return MAP_FAILED;
	}
	if (id.kind == FILE_SYNC || id.kind == FILE_SYNCOBJ || (id.kind == FILE_DEVICE && !mode_allows(&id, prot, flags))) {
		errno = id.kind == FILE_DEVICE ? EACCES : ENODEV;
		return MAP_FAILED;
	}
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
