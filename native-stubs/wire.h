/*
 * What the preload library and the server say to each other over a unix stream socket; src/live/wire.ts is the other
 * side and test/live/wire.test.ts compares the two. Messages are frames as docs/formats.md describes them, with the
 * kinds below; everything is little-endian and 8-byte aligned.
 *
 * A connection carries one call at a time: a request, perhaps an INTERRUPT, one REPLY with the request's id. An open file
 * is another socket, whose other end the server keeps: it comes with the reply to OPEN, and its end is the release.
 */
#ifndef PANTHOR_SHIM_WIRE_H
#define PANTHOR_SHIM_WIRE_H

#include <stdint.h>

enum wire_kind {
	WIRE_OPEN = 0x100,
	WIRE_IOCTL = 0x101,
	WIRE_MMAP = 0x102,
	/* The thread that waits for a reply caught a signal: end the wait with EINTR if it still waits. */
	WIRE_INTERRUPT = 0x103,
	/* The key of a file (u64); answered once it is released, where its last reference is gone: what close(2) waits for. */
	WIRE_SETTLE = 0x104,
	/* The key of a file (u64); a descriptor with the text of its fdinfo comes back. */
	WIRE_FDINFO = 0x105,
	/* What another driver was asked and answered, from the recording library; a reply says that it is written down. */
	WIRE_RECORD_FILE = 0x110,
	WIRE_RECORD_IOCTL = 0x111,
	WIRE_RECORD_MMAP = 0x112,
	WIRE_RECORD_CLOSE = 0x113,
	WIRE_REPLY = 0x180,
};

/* Payload bytes of the longest frame. */
#define WIRE_MAX_PAYLOAD ((24u << 20) + 4096)
/* Payload bytes of one ioctl; a call that needs more is ENOMEM. A record that holds it twice is one that readers take. */
#define WIRE_MAX_CALL (4u << 20)
/* User buffers of one call. */
#define WIRE_MAX_REGIONS (1u << 16)
/* File descriptors of one frame. */
#define WIRE_MAX_FDS 4

/* Flags: how many descriptors come along, and that the first is the open file that the call is about. */
#define WIRE_FDS_MASK 0x0007
#define WIRE_ATTACH 0x0008

struct wire_header {
	uint32_t size; /* of the payload, without padding */
	uint16_t kind;
	uint16_t flags;
	uint32_t id;
	uint32_t check;
};

struct wire_open {
	uint32_t minor;
	uint32_t flags; /* of open(2) */
	uint32_t pid;
	uint32_t tid;
};

struct wire_ioctl {
	uint64_t file; /* the key of an open device; 0: a dma-buf or sync_file that comes along */
	uint64_t arg;  /* user address of the argument */
	uint32_t request;
	uint32_t tid;
	int32_t fd; /* as the client calls it */
	uint32_t regions;
	/* then, as often as `regions` says: struct wire_region, its bytes, padding to 8 */
};

/* User memory: of a request as it was, of a reply as it is to be. The argument, where readable, is the first. */
struct wire_region {
	uint64_t addr;
	uint32_t size;
	uint32_t reserved;
};

struct wire_mmap {
	uint64_t file;
	uint64_t length;
	uint64_t offset;
	uint32_t prot;
	uint32_t flags;
	uint32_t tid;
	int32_t fd;
};

struct wire_reply {
	int32_t ret;	  /* 0 or more, or -errno */
	uint32_t regions; /* user memory to be written */
	uint64_t offset;  /* of a mapping inside the descriptor that comes along */
	/* the regions; then one struct wire_install for each descriptor that the client is to keep */
};

struct wire_install {
	uint64_t addr; /* of the int32_t that receives the number */
	uint32_t flags; /* O_CLOEXEC or 0 */
	uint32_t reserved;
};

/* An open file that is seen for the first time, and its driver's version. */
struct wire_record_file {
	uint64_t file; /* made of the process and a count: not seen before */
	int32_t major;
	int32_t minor;
	int32_t patchlevel;
	uint32_t pid;
};

struct wire_record_ioctl {
	uint64_t file;
	uint64_t arg;
	uint32_t request;
	uint32_t tid;
	int32_t ret;   /* as the client sees it */
	int32_t error; /* errno, where ret is -1 */
	uint32_t regions;
	uint32_t reserved;
	/* the regions before the call, then the same ones after it */
};

struct wire_record_mmap {
	uint64_t file;
	uint64_t length;
	uint64_t offset;
	uint32_t prot;
	uint32_t flags;
	uint32_t tid;
	int32_t ok;
};

struct wire_record_close {
	uint64_t file;
};

#endif
