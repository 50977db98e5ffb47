/*
 * Where in the argument of an ioctl pointers are, and how much memory they lead to. The tables themselves,
 * ioctl-tables.c, are written by src/live/launch/native-tables.ts from uapi/ when the library is built.
 */
#ifndef PANTHOR_SHIM_TABLES_H
#define PANTHOR_SHIM_TABLES_H

#include <stdint.h>

enum buffer_kind {
	BUFFER_BYTES,  /* `count` bytes */
	BUFFER_ARRAY,  /* `count` elements of `stride` bytes */
	BUFFER_STRING, /* until a NUL, at most `stride` bytes */
};

#define NO_FIELD 0xffff

/* One pointer inside a struct; offsets are in bytes from the struct's beginning. */
struct buffer_row {
	uint16_t pointer;
	uint8_t kind;
	uint8_t count_size;	/* 4 or 8 */
	uint16_t count;		/* where the count is */
	uint16_t stride_field;	/* where the stride is, NO_FIELD: it is `stride` */
	uint32_t stride;
	uint16_t nested;	/* pointers inside each element: rows [nested, nested + nested_count) */
	uint16_t nested_count;
	uint8_t pointer_size;	/* 8, 4 in structs of 32-bit processes */
};

struct ioctl_row {
	uint8_t type;
	uint8_t nr;
	uint16_t fd_field;	/* where the argument holds a descriptor that the call takes */
	uint16_t first;		/* pointers inside the argument */
	uint16_t count;
};

extern const struct buffer_row buffer_rows[];
extern const struct ioctl_row ioctl_rows[];
extern const unsigned ioctl_row_count;
/* Calls that 32-bit processes make with another struct, whatever the request says of its size. */
extern const struct ioctl_row compat_rows[];
extern const unsigned compat_row_count;

#endif
