/* A test program says what does not hold and exits with 1. */
#ifndef CHECK_H
#define CHECK_H

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

__attribute__((unused)) static int failures;

#define CHECK(condition)                                                                                     \
	do {                                                                                                 \
		if (!(condition)) {                                                                          \
			fprintf(stderr, "%s:%d: not so: %s (errno %d, %s)\n", __FILE__, __LINE__, #condition,   \
				errno, strerror(errno));                                                     \
			failures++;                                                                          \
		}                                                                                            \
	} while (0)

/* The call must fail with that error. */
#define CHECK_ERROR(call, error)                                                                             \
	do {                                                                                                 \
		errno = 0;                                                                                   \
		long result_ = (long)(call);                                                                 \
		if (result_ != -1 || errno != (error)) {                                                     \
			fprintf(stderr, "%s:%d: %s returned %ld with errno %d, not -1 with %s\n", __FILE__,    \
				__LINE__, #call, result_, errno, #error);                                    \
			failures++;                                                                          \
		}                                                                                            \
	} while (0)

#define FINISH() return failures == 0 ? 0 : 1

#define CARD "/dev/dri/card0"
#define RENDER "/dev/dri/renderD128"

/* The structs that the programs use; uapi/ has them with their sources. */
struct drm_version {
	int major, minor, patch;
	size_t name_length;
	char *name;
	size_t date_length;
	char *date;
	size_t desc_length;
	char *desc;
};
struct obj_array {
	uint32_t stride, count;
	uint64_t array;
};
struct dev_query {
	uint32_t type, size;
	uint64_t pointer;
};
struct vm_create {
	uint32_t flags, id;
	uint64_t user_va_range;
};
struct vm_destroy {
	uint32_t id, pad;
};
struct vm_bind_op {
	uint32_t flags, bo_handle;
	uint64_t bo_offset, va, size;
	struct obj_array syncs;
};
struct vm_bind {
	uint32_t vm_id, flags;
	struct obj_array ops;
};
struct bo_create {
	uint64_t size;
	uint32_t flags, exclusive_vm_id, handle, pad;
};
struct bo_mmap_offset {
	uint32_t handle, pad;
	uint64_t offset;
};
struct bo_set_label {
	uint32_t handle, pad;
	uint64_t label;
};
struct gem_close {
	uint32_t handle, pad;
};
struct prime_handle {
	uint32_t handle, flags;
	int32_t fd;
};
struct syncobj_create {
	uint32_t handle, flags;
};
struct syncobj_handle {
	uint32_t handle, flags;
	int32_t fd;
	uint32_t pad;
	uint64_t point;
};
struct syncobj_wait {
	uint64_t handles;
	int64_t timeout;
	uint32_t count, flags, first, pad;
	uint64_t deadline;
};
struct syncobj_array {
	uint64_t handles;
	uint32_t count, pad;
};
struct syncobj_query {
	uint64_t handles, points;
	uint32_t count, flags;
};
struct syncobj_eventfd {
	uint32_t handle, flags;
	uint64_t point;
	int32_t fd;
	uint32_t pad;
};
struct dma_buf_sync_file {
	uint32_t flags;
	int32_t fd;
};

#define IOC_VERSION _IOWR('d', 0x00, struct drm_version)
#define IOC_GEM_CLOSE _IOW('d', 0x09, struct gem_close)
#define IOC_HANDLE_TO_FD _IOWR('d', 0x2d, struct prime_handle)
#define IOC_FD_TO_HANDLE _IOWR('d', 0x2e, struct prime_handle)
#define IOC_DEV_QUERY _IOWR('d', 0x40, struct dev_query)
#define IOC_VM_CREATE _IOWR('d', 0x41, struct vm_create)
#define IOC_VM_DESTROY _IOWR('d', 0x42, struct vm_destroy)
#define IOC_VM_BIND _IOWR('d', 0x43, struct vm_bind)
#define IOC_BO_CREATE _IOWR('d', 0x45, struct bo_create)
#define IOC_BO_MMAP_OFFSET _IOWR('d', 0x46, struct bo_mmap_offset)
#define IOC_BO_SET_LABEL _IOWR('d', 0x4d, struct bo_set_label)
#define IOC_SYNCOBJ_CREATE _IOWR('d', 0xbf, struct syncobj_create)
#define IOC_SYNCOBJ_DESTROY _IOWR('d', 0xc0, struct gem_close)
#define IOC_SYNCOBJ_HANDLE_TO_FD _IOWR('d', 0xc1, struct syncobj_handle)
#define IOC_SYNCOBJ_FD_TO_HANDLE _IOWR('d', 0xc2, struct syncobj_handle)
#define IOC_SYNCOBJ_WAIT _IOWR('d', 0xc3, struct syncobj_wait)
#define IOC_SYNCOBJ_SIGNAL _IOWR('d', 0xc5, struct syncobj_array)
#define IOC_SYNCOBJ_QUERY _IOWR('d', 0xcb, struct syncobj_query)
#define IOC_SYNCOBJ_EVENTFD _IOWR('d', 0xcf, struct syncobj_eventfd)
#define IOC_EXPORT_SYNC_FILE _IOWR('b', 2, struct dma_buf_sync_file)
#define IOC_IMPORT_SYNC_FILE _IOW('b', 3, struct dma_buf_sync_file)

#define DRM_RDWR 2u
#define DRM_CLOEXEC 0x80000u
#define WAIT_FOR_SUBMIT 2u
/* DRM_PANTHOR_USER_MMIO_OFFSET */
#define FLUSH_ID_OFFSET (sizeof(long) < 8 ? 1ll << 43 : 1ll << 56)

#define PTR(p) ((uint64_t)(uintptr_t)(p))

/* 0 is an error, so that a missing object is noticed. */
static inline uint32_t make_vm(int fd)
{
	struct vm_create vm = {0};

	return ioctl(fd, IOC_VM_CREATE, &vm) == 0 ? vm.id : 0;
}

static inline uint32_t make_bo(int fd, uint64_t size)
{
	struct bo_create bo = {.size = size};

	return ioctl(fd, IOC_BO_CREATE, &bo) == 0 ? bo.handle : 0;
}

static inline int64_t mmap_offset(int fd, uint32_t handle)
{
	struct bo_mmap_offset offset = {.handle = handle};

	return ioctl(fd, IOC_BO_MMAP_OFFSET, &offset) == 0 ? (int64_t)offset.offset : 0;
}

static inline uint32_t make_syncobj(int fd)
{
	struct syncobj_create syncobj = {0};

	return ioctl(fd, IOC_SYNCOBJ_CREATE, &syncobj) == 0 ? syncobj.handle : 0;
}

static inline int signal_syncobj(int fd, uint32_t handle)
{
	struct syncobj_array array = {.handles = PTR(&handle), .count = 1};

	return ioctl(fd, IOC_SYNCOBJ_SIGNAL, &array);
}

/* Waits for a syncobj that has no fence yet, until CLOCK_MONOTONIC `until` (ns). */
static inline int wait_syncobj(int fd, uint32_t handle, int64_t until)
{
	struct syncobj_wait wait = {
		.handles = PTR(&handle), .timeout = until, .count = 1, .flags = WAIT_FOR_SUBMIT};

	return ioctl(fd, IOC_SYNCOBJ_WAIT, &wait);
}

#endif
