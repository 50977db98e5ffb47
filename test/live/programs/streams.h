/* Groups and command streams, for programs that submit some. */
#ifndef STREAMS_H
#define STREAMS_H

#include "check.h"

struct queue_create {
	uint8_t priority, pad[3];
	uint32_t ringbuf_size;
};
struct group_create {
	struct obj_array queues;
	uint8_t max_compute, max_fragment, max_tiler, priority;
	uint32_t pad;
	uint64_t compute, fragment, tiler;
	uint32_t vm_id, handle;
};
struct sync_op {
	uint32_t flags, handle;
	uint64_t point;
};
struct queue_submit {
	uint32_t queue, size;
	uint64_t addr;
	uint32_t latest_flush, pad;
	struct obj_array syncs;
};
struct group_submit {
	uint32_t group, pad;
	struct obj_array submits;
};
struct group_state {
	uint32_t group, state, fatal_queues, pad;
};

#define IOC_GROUP_CREATE _IOWR('d', 0x47, struct group_create)
#define IOC_GROUP_SUBMIT _IOW('d', 0x49, struct group_submit)
#define IOC_GROUP_GET_STATE _IOWR('d', 0x4a, struct group_state)

#define SIGNAL (1u << 31)
#define MOV48(dst, imm) (1ull << 56 | (uint64_t)(dst) << 48 | (imm))
#define MOV32(dst, imm) (2ull << 56 | (uint64_t)(dst) << 48 | (imm))
#define STORE(src, addr) (21ull << 56 | (uint64_t)(src) << 48 | (uint64_t)(addr) << 40 | 1ull << 16)
#define LOAD(dst, addr) (20ull << 56 | (uint64_t)(dst) << 48 | (uint64_t)(addr) << 40 | 1ull << 16)
#define WAIT_ALL (3ull << 56 | 0xffull << 16)
#define CALL(addr, length) (32ull << 56 | (uint64_t)(addr) << 40 | (uint64_t)(length) << 32)
#define SYNC_ADD64(addr, data) (51ull << 56 | (uint64_t)(addr) << 40 | (uint64_t)(data) << 32)
#define BRANCH_ALWAYS(offset) (22ull << 56 | 6ull << 28 | ((offset) & 0xffff))
#define SYNC_WAIT64_GT(addr, data) (53ull << 56 | (uint64_t)(addr) << 40 | (uint64_t)(data) << 32 | 1ull << 28)

/* MAX_CS_PER_CSG: a group has no more queues. */
#define MAX_QUEUES 8

/* A group of `count` queues. */
static inline uint32_t make_group_of(int fd, uint32_t vm, uint32_t count)
{
	struct queue_create queues[MAX_QUEUES];
	struct group_create group = {
		.queues = {sizeof(queues[0]), count, PTR(queues)},
		.max_compute = 1,
		.max_fragment = 1,
		.max_tiler = 1,
		.priority = 1,
		.compute = 1,
		.fragment = 1,
		.tiler = 1,
		.vm_id = vm,
	};

	for (uint32_t i = 0; i < count; i++)
		queues[i] = (struct queue_create){.ringbuf_size = 4096};
	CHECK(ioctl(fd, IOC_GROUP_CREATE, &group) == 0);
	return group.handle;
}

/* A group of one queue. */
static inline uint32_t make_group(int fd, uint32_t vm)
{
	return make_group_of(fd, vm, 1);
}

/* Submits the stream at `va` to a queue; `syncobj` gets its fence. */
static inline int submit_to(int fd, uint32_t group, uint32_t to, uint64_t va, uint32_t bytes, uint32_t syncobj)
{
	struct sync_op signal = {.flags = SIGNAL, .handle = syncobj};
	struct queue_submit queue = {
		.queue = to,
		.size = bytes,
		.addr = va,
		.syncs = {sizeof(signal), 1, PTR(&signal)},
	};
	struct group_submit args = {.group = group, .submits = {sizeof(queue), 1, PTR(&queue)}};

	return ioctl(fd, IOC_GROUP_SUBMIT, &args);
}

/* The same, to the first queue. */
static inline int submit_stream(int fd, uint32_t group, uint64_t va, uint32_t bytes, uint32_t syncobj)
{
	return submit_to(fd, group, 0, va, bytes, syncobj);
}

#endif
