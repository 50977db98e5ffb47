/* The live protocol. Written by src/live/launch/wire-header.ts from uapi/wire.ts, which says more. */
#ifndef PANTHOR_SHIM_WIRE_H
#define PANTHOR_SHIM_WIRE_H

#include <stdint.h>

enum wire_kind {
	WIRE_OPEN = 0x100,
	WIRE_IOCTL = 0x101,
	WIRE_MMAP = 0x102,
	WIRE_INTERRUPT = 0x103, /* the thread that waits for a reply caught a signal: end the wait with EINTR if it still waits */
	WIRE_AWAIT_RELEASE = 0x104, /* answered once the file is released, where its last reference is gone: what close(2) waits for */
	WIRE_FDINFO = 0x105, /* a descriptor with the text of the file’s fdinfo comes back */
	WIRE_RECORD_FILE = 0x110, /* from the recording library: what another driver was asked; a reply says that it is written down */
	WIRE_RECORD_IOCTL = 0x111,
	WIRE_RECORD_MMAP = 0x112,
	WIRE_RECORD_CLOSE = 0x113,
	WIRE_REPLY = 0x180,
};

#define WIRE_MAX_PAYLOAD 25169920u /* payload bytes of the longest frame */
#define WIRE_MAX_CALL 4194304u /* payload bytes of one ioctl; a call that needs more is ENOMEM */
#define WIRE_MAX_REGIONS 65536u /* user buffers of one call */
#define WIRE_MAX_FDS 4 /* file descriptors of one frame */
#define WIRE_FDS_MASK 0x7 /* in the flags: how many descriptors come along */
#define WIRE_ATTACH 0x8 /* in the flags: the first is the open file that the call is about */

/* in front of each payload */
struct wire_header {
	uint32_t size; /* of the payload, without padding */
	uint16_t kind;
	uint16_t flags; /* WIRE_FDS_MASK and WIRE_ATTACH; 0 in captures */
	uint32_t id; /* of a call and its reply; in captures the number of the record plus 1 */
	uint32_t check; /* checksum of the twelve bytes before and of the payload with its padding */
};

/* WIRE_OPEN */
struct wire_open {
	uint32_t minor; /* of the device node */
	uint32_t flags; /* of open(2) */
	uint32_t pid;
	uint32_t tid;
	uint32_t compat; /* 1: a process of 32 bits, 0: of 64 */
	uint32_t reserved;
};

/* WIRE_AWAIT_RELEASE */
struct wire_await_release {
	uint64_t file;
};

/* WIRE_FDINFO */
struct wire_fdinfo {
	uint64_t file;
};

/* WIRE_IOCTL; the regions follow */
struct wire_ioctl {
	uint64_t file; /* the key of an open device; 0: a dma-buf or sync_file that comes along */
	uint64_t arg; /* user address of the argument */
	uint32_t request;
	uint32_t tid;
	int32_t fd; /* as the client calls it */
	uint32_t regions;
};

/* user memory: of a request as it was, of a reply as it is to be; its bytes follow, padded to 8. The argument, where readable, is the first */
struct wire_region {
	uint64_t addr;
	uint32_t size;
	uint32_t reserved;
};

/* WIRE_MMAP */
struct wire_mmap {
	uint64_t file;
	uint64_t length;
	uint64_t offset;
	uint32_t prot;
	uint32_t flags;
	uint32_t tid;
	int32_t fd;
};

/* WIRE_REPLY; the regions follow, then one wire_install for each descriptor that the client is to keep */
struct wire_reply {
	int32_t ret; /* 0 or more, or -errno */
	uint32_t regions; /* user memory to be written */
	uint64_t offset; /* of a mapping inside the descriptor that comes along */
};

/* where a descriptor of a reply goes */
struct wire_install {
	uint64_t addr; /* of the int32_t that receives the number */
	uint32_t flags; /* O_CLOEXEC or 0 */
	uint32_t reserved;
};

/* WIRE_RECORD_FILE: an open file that is seen for the first time, and its driver’s version */
struct wire_record_file {
	uint64_t file; /* made of the process and a count: not seen before */
	int32_t major;
	int32_t minor;
	int32_t patchlevel;
	uint32_t pid;
	uint32_t node; /* minor number of the device node: below 128 a primary one */
	uint32_t reserved;
};

/* WIRE_RECORD_IOCTL; the regions before the call follow, then the same ones after it */
struct wire_record_ioctl {
	uint64_t file;
	uint64_t arg;
	uint32_t request;
	uint32_t tid;
	int32_t ret; /* as the client sees it */
	int32_t error; /* errno, where ret is -1 */
	uint32_t regions;
	uint32_t reserved;
};

/* WIRE_RECORD_MMAP */
struct wire_record_mmap {
	uint64_t file;
	uint64_t length;
	uint64_t offset;
	uint32_t prot;
	uint32_t flags;
	uint32_t tid;
	int32_t ok;
};

/* WIRE_RECORD_CLOSE */
struct wire_record_close {
	uint64_t file;
};

#endif
