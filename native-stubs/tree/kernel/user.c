// SPDX-License-Identifier: MIT
/*
 * The memory and the rights of the client that makes a call: regions of bytes at user addresses, which JavaScript fills
 * before the call (arena.h). What lies in no region is not mapped.
 */
#include <linux/capability.h>
#include <linux/err.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include "../arena.h"
#include "shim.h"

unsigned long client_capabilities;

bool capable(int cap)
{
	return client_capabilities >> cap & 1;
}

/* The bytes of a user range, and how many follow up to the end of its region; NULL where not all of it is mapped. */
static unsigned char *find(const void __user *at, unsigned long size, unsigned long *rest)
{
	unsigned long address = (unsigned long)at;

	for (unsigned long i = 0; i < user_memory->count; i++) {
		const struct user_region *region = &user_memory->regions[i];
		unsigned long offset = address - region->address;

		if (offset >= region->size || size > region->size - offset)
			continue;
		if (rest)
			*rest = region->size - offset;
		return (unsigned char *)user_memory + region->offset + offset;
	}
	return NULL;
}

unsigned long raw_copy_from_user(void *to, const void __user *from, unsigned long n)
{
	const unsigned char *bytes = find(from, n, NULL);

	if (!bytes)
		return n;
	memcpy(to, bytes, n);
	return 0;
}

unsigned long raw_copy_to_user(void __user *to, const void *from, unsigned long n)
{
	unsigned char *bytes = find(to, n, NULL);

	if (!bytes)
		return n;
	memcpy(bytes, from, n);
	return 0;
}

unsigned long __clear_user(void __user *to, unsigned long n)
{
	unsigned char *bytes = find(to, n, NULL);

	if (!bytes)
		return n;
	memset(bytes, 0, n);
	return 0;
}

/* 1 where all bytes are zero. */
int check_zeroed_user(const void __user *from, size_t size)
{
	const unsigned char *bytes = find(from, size, NULL);

	if (size > 0 && !bytes)
		return -EFAULT;
	for (size_t i = 0; i < size; i++)
		if (bytes[i])
			return 0;
	return 1;
}

/* With its NUL; 0 where memory ends before there is one, more than `most` where there is none up to there. */
long strnlen_user(const char __user *text, long most)
{
	unsigned long rest;
	const unsigned char *bytes = find(text, 1, &rest);
	unsigned long look = min_t(unsigned long, bytes ? rest : 0, most), length = 0;

	while (length < look && bytes[length])
		length++;
	if (length < look)
		return length + 1;
	return bytes && look == most ? most + 1 : 0;
}

void *memdup_user(const void __user *from, size_t n)
{
	const unsigned char *bytes = find(from, n, NULL);

	return bytes ? kmemdup(bytes, n, GFP_KERNEL) ?: ERR_PTR(-ENOMEM) : ERR_PTR(-EFAULT);
}

void *vmemdup_user(const void __user *from, size_t n)
{
	return memdup_user(from, n);
}

char *strndup_user(const char __user *text, long most)
{
	long length = strnlen_user(text, most);

	if (length == 0 || length > most)
		return ERR_PTR(length == 0 ? -EFAULT : -EINVAL);
	return memdup_user(text, length);
}
