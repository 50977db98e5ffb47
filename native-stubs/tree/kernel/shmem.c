// SPDX-License-Identifier: MIT
/*
 * The memory of buffer objects, as far as a page table shows it: page frames, and the folios that they belong to. What
 * the objects hold is elsewhere (JavaScript), so nothing here is read or written.
 */
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/slab.h>
#include <linux/version.h>
#include "../arena.h"
#include "shim.h"

#define HUGE_ORDER 9
#define HUGE_PAGES (1UL << HUGE_ORDER)
/* Objects whose place is not given: contiguous, from here on, aligned to 2 MiB. */
#define FIRST_FRAME (0x200000000UL >> PAGE_SHIFT)

struct backing {
	struct file file;
	struct inode inode;
	struct address_space mapping;
	unsigned long count;
	struct run *runs;
	/* By which the caller knows the object, -1 for none. */
	long number;
	/* Its pages have been turned into folios where they are to be. */
	bool huge;
};

static struct run *next_runs;
static unsigned long next_count;
static unsigned long next_frame = FIRST_FRAME;

void set_backing(struct run *runs, unsigned long count)
{
	kfree(next_runs);
	next_runs = runs;
	next_count = count;
}

struct run *take_backing(unsigned long *count)
{
	struct run *runs = next_runs;

	*count = next_count;
	next_runs = NULL;
	return runs;
}

struct file *shmem_file_setup(const char *name, loff_t size, unsigned long flags)
{
	unsigned long count;
	struct run *runs = take_backing(&count);
	struct backing *backing = kzalloc(sizeof(*backing), GFP_KERNEL);

	if (!runs && backing) {
		count = 1;
		runs = kzalloc(sizeof(*runs), GFP_KERNEL);
		if (runs) {
			*runs = (struct run){ 0, next_frame, size >> PAGE_SHIFT, 1 };
			next_frame += ALIGN(size >> PAGE_SHIFT, HUGE_PAGES);
		}
	}
	if (!backing || !runs) {
		kfree(backing);
		kfree(runs);
		return ERR_PTR(-ENOMEM);
	}
	backing->file.f_mapping = backing->inode.i_mapping = &backing->mapping;
	backing->file.f_inode = backing->mapping.host = &backing->inode;
	backing->runs = runs;
	backing->count = count;
	backing->number = -1;
	return &backing->file;
}

/* An object that has no pages yet gets those that were given last, and a number. */
long back_file(struct file *file, long number)
{
	struct backing *backing = container_of(file, struct backing, file);

	if (next_runs) {
		kfree(backing->runs);
		backing->runs = take_backing(&backing->count);
	}
	backing->number = number;
	return 0;
}

long file_number(struct file *file)
{
	return container_of(file, struct backing, file)->number;
}

/* Turns 512 pages into one folio. */
static void make_huge(struct page *head)
{
	__SetPageHead(head);
	/* folio_set_large_order() is private to mm: the low byte of the second page's flags. */
	((struct folio *)head)->_flags_1 = HUGE_ORDER;
#if defined(NR_PAGES_IN_LARGE_FOLIO)
	((struct folio *)head)->_nr_pages = HUGE_PAGES;
#elif LINUX_VERSION_CODE < KERNEL_VERSION(6, 16, 0)
	((struct folio *)head)->_folio_nr_pages = HUGE_PAGES;
#endif
	for (unsigned long i = 1; i < HUGE_PAGES; i++)
#if LINUX_VERSION_CODE >= KERNEL_VERSION(7, 1, 0)
		set_compound_head(head + i, head, HUGE_ORDER);
#else
		set_compound_head(head + i, head);
#endif
}

/* Takes the folio apart again: its pages may be others' next time. */
static void make_small(struct page *head)
{
	__ClearPageHead(head);
	for (unsigned long i = 1; i < HUGE_PAGES; i++)
		clear_compound_head(head + i);
}

/* Another object has these pages as one folio; objects may have memory in common. `private` of the first page counts them. */
static void hold_folio(struct page *head)
{
	if (head->private++ == 0)
		make_huge(head);
}

static void drop_folio(struct page *head)
{
	if (--head->private == 0)
		make_small(head);
}

/* The folios of an object: what of its runs is aligned in memory and in the object. */
static void each_folio(const struct backing *backing, void (*visit)(struct page *head))
{
	for (unsigned long i = 0; i < backing->count; i++) {
		const struct run *run = &backing->runs[i];
		unsigned long end = run->frame + run->pages;

		if (!run->huge || ((run->first ^ run->frame) & (HUGE_PAGES - 1)) != 0)
			continue;
		for (unsigned long head = ALIGN(run->frame, HUGE_PAGES); head + HUGE_PAGES <= end; head += HUGE_PAGES)
			visit(pfn_to_page(head));
	}
}

void fput(struct file *file)
{
	struct backing *backing = container_of(file, struct backing, file);

	if (backing->huge)
		each_folio(backing, drop_folio);
	kfree(backing->runs);
	kfree(backing);
}

/* Runs are in order of `first`, so they are bisected. */
static const struct run *find(const struct backing *backing, unsigned long page)
{
	unsigned long low = 0, high = backing->count;

	while (high - low > 1) {
		unsigned long middle = (low + high) / 2;

		if (backing->runs[middle].first <= page)
			low = middle;
		else
			high = middle;
	}
	return &backing->runs[low];
}

struct folio *shmem_read_folio_gfp(struct address_space *mapping, pgoff_t index, gfp_t gfp)
{
	struct backing *backing = container_of(mapping, struct backing, mapping);
	const struct run *run = find(backing, index);
	unsigned long offset = index - run->first;
	unsigned long frame = run->frame + offset;

	if (!backing->huge) {
		each_folio(backing, hold_folio);
		backing->huge = true;
	}
	return page_folio(pfn_to_page(frame));
}

struct page *shmem_read_mapping_page_gfp(struct address_space *mapping, pgoff_t index, gfp_t gfp)
{
	return folio_page(shmem_read_folio_gfp(mapping, index, gfp), 0);
}

bool folio_mark_dirty(struct folio *folio) { return true; }
void folio_mark_accessed(struct folio *folio) {}
void check_move_unevictable_folios(struct folio_batch *batch) {}
void __folio_put(struct folio *folio) {}
void unmap_mapping_range(struct address_space *mapping, loff_t begin, loff_t length, int even_cows) {}
