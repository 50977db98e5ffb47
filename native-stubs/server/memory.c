/* Memory that the model shares with its clients. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "args.h"
#include "functions.h"

/* Bytes that take some microseconds to unmap. */
#define SMALL 0x40000

/*
 * memoryCreate(name, size, seal): a memfd of `size` bytes that no process can make shorter or longer, so that a mapping of it
 * never faults. Without `seal` more can be fixed (memoryFix).
 */
napi_value fn_memory_create(napi_env env, napi_callback_info info)
{
	struct args a = take_args(env, info);
	char name[64];
	size_t length = 0;
	int fd, error;

	if (napi_get_value_string_latin1(env, a.value[0], name, sizeof(name), &length) != 0)
		return int_result(env, -EINVAL);
	fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (fd < 0)
		return int_result(env, -errno);
	if (ftruncate(fd, (off_t)number_arg(&a, 1)) == 0 &&
	    fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | (int_arg(&a, 2) != 0 ? F_SEAL_SEAL : 0)) == 0)
		return int_result(env, fd);
	error = errno;
	close(fd);
	return int_result(env, -error);
}

/*
 * memoryOpen(fd, writable): another open file of the same memory, for a client. A client that has a lease on it does not
 * make us wait: -EWOULDBLOCK.
 */
napi_value fn_memory_open(napi_env env, napi_callback_info info)
{
	struct args a = take_args(env, info);
	char link[32];
	int fd;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", int_arg(&a, 0));
	fd = open(link, (int_arg(&a, 1) != 0 ? O_RDWR : O_RDONLY) | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return int_result(env, -errno);
	fcntl(fd, F_SETFL, 0);
	return int_result(env, fd);
}

/* memoryFix(fd): no process can write to the memory any more, but through the mappings that there are. */
napi_value fn_memory_fix(napi_env env, napi_callback_info info)
{
	struct args a = take_args(env, info);

	return int_result(env, fcntl(int_arg(&a, 0), F_ADD_SEALS, F_SEAL_FUTURE_WRITE | F_SEAL_SEAL) < 0 ? -errno : 0);
}

/* memoryMap(fd, offset, size): an ArrayBuffer that is a part of the memory, or memory of our own where fd is -1; -errno. */
napi_value fn_memory_map(napi_env env, napi_callback_info info)
{
	struct args a = take_args(env, info);
	size_t size = (size_t)number_arg(&a, 2);
	off_t offset = (off_t)number_arg(&a, 1);
	int fd = int_arg(&a, 0);
	int flags = fd < 0 ? MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE : MAP_SHARED;
	void *at = mmap(NULL, size, PROT_READ | PROT_WRITE, flags, fd, offset);
	napi_value result = NULL;

	if (at == MAP_FAILED)
		return int_result(env, -errno);
	if (napi_create_external_arraybuffer(env, at, size, NULL, NULL, &result) != 0) {
		munmap(at, size);
		return int_result(env, -ENOMEM);
	}
	return result;
}

/* memoryUnmap(buffer): the end of a mapping; the ArrayBuffer has no bytes any more. Large ones take time, elsewhere. */
napi_value fn_memory_unmap(napi_env env, napi_callback_info info)
{
	struct args a = take_args(env, info);
	void *at = NULL;
	size_t size = 0;

	if (napi_get_arraybuffer_info(env, a.value[0], &at, &size) != 0 || at == NULL)
		return int_result(env, -EINVAL);
	if (napi_detach_arraybuffer(env, a.value[0]) != 0)
		return int_result(env, -EBUSY);
	if (size > SMALL && unmap_elsewhere(at, size) == 0)
		return int_result(env, 0);
	return int_result(env, munmap(at, size) < 0 ? -errno : 0);
}

/*
 * memoryWriters(fd): 1 while a process has the memfd open for writing by way of open(2), or mapped through such a
 * descriptor; 0 if not. `fd` is read-only. A lease is granted only where that is so, and given back at once.
 */
napi_value fn_memory_writers(napi_env env, napi_callback_info info)
{
	struct args a = take_args(env, info);
	int fd = int_arg(&a, 0);

	if (fcntl(fd, F_SETLEASE, F_RDLCK) < 0)
		return int_result(env, errno == EAGAIN ? 1 : -errno);
	fcntl(fd, F_SETLEASE, F_UNLCK);
	return int_result(env, 0);
}
