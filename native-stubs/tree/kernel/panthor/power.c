// SPDX-License-Identifier: MIT
/* Entry points that are about the whole device: reset, unplug, and whether it is there. */

static long soft_reset(void)
{
	panthor_gpu_soft_reset(ptdev);
	return 0;
}

/* drm_dev_enter() around what an ioctl does; the cookie is the thread's. */
static int cookies[MAX_THREADS];

static long enter_device(unsigned long thread)
{
	return drm_dev_enter(&ptdev->base, &cookies[thread % MAX_THREADS]);
}

static long exit_device(unsigned long thread)
{
	drm_dev_exit(cookies[thread % MAX_THREADS]);
	cookies[thread % MAX_THREADS] = 0;
	return 0;
}

static long unplug(void)
{
	drm_dev_unplug(&ptdev->base);
	panthor_mmu_unplug(ptdev);
	return 0;
}
