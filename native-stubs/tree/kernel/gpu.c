// SPDX-License-Identifier: MIT
/*
 * The tree's own panthor_gpu.c, whole, and how its suspend and resume are called. Nothing here has power domains: the L2 is on, so
 * that of them remain a reset, where there is one, and the interrupt.
 */
#include PANTHOR_GPU_C

#include "shim.h"

#ifdef HAVE_HW
static int power_on(struct panthor_device *ptdev) { return 0; }
static void power_off(struct panthor_device *ptdev) {}

static struct panthor_hw hw = {
	.ops = { .soft_reset = panthor_gpu_soft_reset, .l2_power_on = power_on, .l2_power_off = power_off },
};

/* The firmware has halted, as panthor_fw_pre_reset() would find. */
void gpu_block_suspend(struct panthor_device *ptdev)
{
	ptdev->hw = &hw;
	ptdev->reset.fast = true;
	panthor_gpu_suspend(ptdev);
}

void gpu_block_resume(struct panthor_device *ptdev)
{
	ptdev->hw = &hw;
	panthor_gpu_resume(ptdev);
}
#else
/* What turns the L2 off and on is called by name, and its end would be polled for. */
void gpu_block_suspend(struct panthor_device *ptdev)
{
#ifdef HAVE_FAST_RESET
	panthor_gpu_irq_suspend(&ptdev->gpu->irq);
#else
	panthor_gpu_suspend(ptdev);
#endif
}

void gpu_block_resume(struct panthor_device *ptdev)
{
#ifdef HAVE_RESUME_WITH_MASK
	panthor_gpu_irq_resume(&ptdev->gpu->irq, GPU_INTERRUPTS_MASK);
#else
	panthor_gpu_irq_resume(&ptdev->gpu->irq);
#endif
}
#endif
