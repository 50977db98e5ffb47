// SPDX-License-Identifier: MIT
/*
 * Time, interrupts of the processor, RCU. Time stands still: what waits for it is a point. There is one processor and no
 * pre-emption, so a reader of RCU is never in the middle of anything when another thread runs, except where it stands.
 */
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/srcu.h>
#include "../arena.h"
#include "shim.h"

bool poll_again(void);

#undef jiffies
unsigned long volatile jiffies;
unsigned long task_size = 1UL << 48;
unsigned long loops_per_jiffy = 1;

bool poll_again(void)
{
	return stop_at(POINT_POLL, 0, 0, 0) != 0;
}

/* CLOCK_MONOTONIC stands still during a call; a client's call says when it is made. */
long long now_ns;
ktime_t ktime_get(void) { return now_ns; }
u64 nsecs_to_jiffies64(u64 ns) { return div_u64(ns, NSEC_PER_SEC / HZ); }
unsigned long nsecs_to_jiffies(u64 ns) { return nsecs_to_jiffies64(ns); }
void __const_udelay(unsigned long x) {}
void __udelay(unsigned long x) {}
void usleep_range_state(unsigned long min, unsigned long max, unsigned int state) {}
void msleep(unsigned int ms) {}
int __cond_resched(void) { return 0; }
int um_get_signals(void) { return 0; }
int um_set_signals(int enable) { return 0; }
void um_block_signals(void) {}
void um_unblock_signals(void) {}
int get_signals(void) { return 0; }
int set_signals(int enable) { return 0; }
void block_signals(void) {}
void unblock_signals(void) {}

/* Callbacks run at once: no other thread is between rcu_read_lock() and rcu_read_unlock() while this thread runs. */
void call_rcu(struct rcu_head *head, rcu_callback_t func)
{
	/* kfree_rcu() of the tiny RCU passes where in its object the head is. */
	unsigned long offset = (unsigned long)func;

	if (offset < PAGE_SIZE)
		kvfree((void *)head - offset);
	else
		func(head);
}

void synchronize_rcu(void) {}
void rcu_barrier(void) {}

#undef __srcu_read_unlock
void __srcu_read_unlock(struct srcu_struct *ssp, int idx)
{
	WRITE_ONCE(ssp->srcu_lock_nesting[idx], READ_ONCE(ssp->srcu_lock_nesting[idx]) - 1);
}

static int no_readers(void *arg)
{
	return READ_ONCE(*(short *)arg) == 0;
}

/* Readers from now on are counted elsewhere; those of before are waited for. */
void synchronize_srcu(struct srcu_struct *ssp)
{
	int idx = ((READ_ONCE(ssp->srcu_idx) + 1) & 0x2) >> 1;

	WRITE_ONCE(ssp->srcu_idx, ssp->srcu_idx + 2);
	wait_until(no_readers, &ssp->srcu_lock_nesting[idx], ssp);
}
