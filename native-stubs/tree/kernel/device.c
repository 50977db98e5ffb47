// SPDX-License-Identifier: MIT
/*
 * The edges of the driver core that panthor touches: its platform device, its interrupt lines, registers, DMA mapping and
 * runtime power management. The device is always on; what suspends it is the caller.
 */
#include <drm/drm_drv.h>
#include <linux/device.h>
#include <linux/dma-mapping.h>
#include <linux/interrupt.h>
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/platform_device.h>
#include <linux/pm_runtime.h>
#include <linux/scatterlist.h>
#include "../arena.h"
#include "shim.h"

static u64 dma_mask = ~0ULL;
static struct device_dma_parameters dma_parms;
static struct platform_device gpu = {
	.name = "panthor",
	.dev = {
		.dma_mask = &dma_mask,
		.coherent_dma_mask = ~0ULL,
		.dma_parms = &dma_parms,
		.init_name = "panthor",
		.power = { .runtime_status = RPM_ACTIVE },
	},
};
struct device *gpu_device = &gpu.dev;

static struct {
	irq_handler_t hard, thread;
	void *data;
} lines[LINES];

int platform_get_irq_byname(struct platform_device *dev, const char *name)
{
	return 1 + (strcmp(name, "gpu") == 0 ? LINE_GPU : strcmp(name, "mmu") == 0 ? LINE_MMU : LINE_JOB);
}

int devm_request_threaded_irq(struct device *dev, unsigned int irq, irq_handler_t hard, irq_handler_t thread,
			      unsigned long flags, const char *name, void *data)
{
	lines[irq - 1].hard = hard;
	lines[irq - 1].thread = thread;
	lines[irq - 1].data = data;
	return 0;
}

/* Which thread runs the handlers of a line, plus one. */
static int handling[LINES];

/* Between the two handlers the interrupt is still being handled: who synchronizes waits for the second one, too. */
int raw_interrupt(enum line line)
{
	int ret;

	handling[line] = current_thread() + 1;
	ret = lines[line].hard ? lines[line].hard(1 + line, lines[line].data) : IRQ_NONE;
	if (ret != IRQ_WAKE_THREAD)
		handling[line] = 0;
	return ret;
}

int threaded_interrupt(enum line line)
{
	int ret;

	handling[line] = current_thread() + 1;
	ret = lines[line].thread(1 + line, lines[line].data);
	handling[line] = 0;
	return ret;
}

bool is_handled(enum line line)
{
	return handling[line] != 0;
}

static int not_handled(void *arg)
{
	return *(int *)arg == 0 || *(int *)arg == current_thread() + 1;
}

void synchronize_irq(unsigned int irq)
{
	wait_until(not_handled, &handling[irq - 1], &handling[irq - 1]);
}

void disable_irq(unsigned int irq) { synchronize_irq(irq); }
void enable_irq(unsigned int irq) {}

/* Registers. The tree's readl() and writel() end here with CONFIG_INDIRECT_IOMEM. */
static unsigned long offset_of(const volatile void __iomem *address)
{
	unsigned long offset = (unsigned long)address - MMIO_BASE;

	if (offset >= MMIO_SIZE)
		trap("readl/writel outside the GPU's registers");
	return offset;
}

#undef __raw_readl
u32 __raw_readl(const volatile void __iomem *address)
{
	return stop_at(POINT_READ, offset_of(address), 0, 0);
}

#undef __raw_writel
void __raw_writel(u32 value, volatile void __iomem *address)
{
	stop_at(POINT_WRITE, offset_of(address), value, 0);
}

/* DMA: an address of the device is a physical address. */
int dma_set_mask(struct device *dev, u64 mask) { return 0; }
int dma_set_coherent_mask(struct device *dev, u64 mask) { return 0; }
size_t dma_max_mapping_size(struct device *dev) { return SIZE_MAX; }
bool __dma_need_sync(struct device *dev, dma_addr_t addr) { return false; }

enum dev_dma_attr device_get_dma_attr(const struct device *dev)
{
	extern bool coherent_device;

	return coherent_device ? DEV_DMA_COHERENT : DEV_DMA_NON_COHERENT;
}

dma_addr_t dma_map_page_attrs(struct device *dev, struct page *page, size_t offset, size_t size,
			      enum dma_data_direction dir, unsigned long attrs)
{
	return page_to_phys(page) + offset;
}

void dma_unmap_page_attrs(struct device *dev, dma_addr_t addr, size_t size, enum dma_data_direction dir,
			  unsigned long attrs) {}
void __dma_sync_single_for_device(struct device *dev, dma_addr_t addr, size_t size, enum dma_data_direction dir) {}
void __dma_sync_single_for_cpu(struct device *dev, dma_addr_t addr, size_t size, enum dma_data_direction dir) {}

int dma_map_sgtable(struct device *dev, struct sg_table *sgt, enum dma_data_direction dir, unsigned long attrs)
{
	struct scatterlist *sg;
	int i;

	for_each_sgtable_sg(sgt, sg, i) {
		sg_dma_address(sg) = sg_phys(sg);
		sg_dma_len(sg) = sg->length;
	}
	sgt->nents = sgt->orig_nents;
	return 0;
}

void dma_unmap_sg_attrs(struct device *dev, struct scatterlist *sg, int nents, enum dma_data_direction dir,
			unsigned long attrs) {}

/* Power. */
int __pm_runtime_resume(struct device *dev, int flags) { return 0; }
int __pm_runtime_idle(struct device *dev, int flags) { return 0; }
int __pm_runtime_suspend(struct device *dev, int flags) { return 0; }
struct device *get_device(struct device *dev) { return dev; }
void put_device(struct device *dev) {}

bool __real_drm_dev_enter(struct drm_device *dev, int *index);
bool __wrap_drm_dev_enter(struct drm_device *dev, int *index);

/* The linker puts it in front of the tree's own (src/tree/link.ts): what fails is told. */
bool __wrap_drm_dev_enter(struct drm_device *dev, int *index)
{
	if (__real_drm_dev_enter(dev, index))
		return true;
	begin_note(NOTE_ENTER_FAILED);
	return false;
}
