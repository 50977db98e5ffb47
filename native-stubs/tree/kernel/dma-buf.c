// SPDX-License-Identifier: MIT
/* Buffers of other devices, as far as an importer sees them: pages at given places, a reservation of their own. */
#include <linux/dma-buf.h>
#include <linux/dma-resv.h>
#include <linux/err.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>
#include "../arena.h"
#include "shim.h"

/* One buffer, attached and mapped from the start on; its only reference is the importer's object. */
struct foreign {
	struct dma_buf buf;
	struct dma_buf_attachment attach;
	struct dma_resv resv;
	/* By which the caller knows the importer's object. */
	long number;
};

/* The pages are those that were given last. */
static struct sg_table *foreign_pages(void)
{
	unsigned long count;
	struct run *runs = take_backing(&count);
	struct sg_table *sgt = runs ? kzalloc(sizeof(*sgt), GFP_KERNEL) : NULL;
	struct scatterlist *sg;
	unsigned int i;

	if (!sgt || sg_alloc_table(sgt, count, GFP_KERNEL)) {
		kfree(sgt);
		kfree(runs);
		return NULL;
	}
	for_each_sgtable_sg(sgt, sg, i) {
		sg_set_page(sg, pfn_to_page(runs[i].frame), runs[i].pages << PAGE_SHIFT, 0);
		sg_dma_address(sg) = sg_phys(sg);
		sg_dma_len(sg) = sg->length;
	}
	kfree(runs);
	return sgt;
}

static void drop_pages(struct sg_table *sgt)
{
	sg_free_table(sgt);
	kfree(sgt);
}

struct dma_buf_attachment *foreign_buffer(unsigned long size, long number, struct sg_table **sgt)
{
	struct foreign *foreign;

	*sgt = foreign_pages();
	if (!*sgt)
		return ERR_PTR(-ENOMEM);
	foreign = kzalloc(sizeof(*foreign), GFP_KERNEL);
	if (!foreign) {
		drop_pages(*sgt);
		return ERR_PTR(-ENOMEM);
	}
	dma_resv_init(&foreign->resv);
	foreign->buf.size = size;
	foreign->buf.resv = &foreign->resv;
	foreign->attach.dmabuf = &foreign->buf;
	foreign->number = number;
	return &foreign->attach;
}

long foreign_number(struct dma_buf_attachment *attach)
{
	return container_of(attach, struct foreign, attach)->number;
}

void dma_buf_unmap_attachment_unlocked(struct dma_buf_attachment *attach, struct sg_table *sgt,
				       enum dma_data_direction dir)
{
	drop_pages(sgt);
}

void dma_buf_detach(struct dma_buf *buf, struct dma_buf_attachment *attach) {}

void dma_buf_put(struct dma_buf *buf)
{
	struct foreign *foreign = container_of(buf, struct foreign, buf);

	dma_resv_fini(&foreign->resv);
	kfree(foreign);
}
