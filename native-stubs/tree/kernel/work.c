// SPDX-License-Identifier: MIT
/*
 * Workqueues: one list of what is queued, in order. Who runs it, and when, is the caller's choice (run_work()); flush and
 * cancel wait for what runs. Timers never fire by themselves.
 */
#include <linux/timer.h>
#include <linux/workqueue.h>
#include "../arena.h"
#include "shim.h"

#define MAX_WORK 64

static struct work_struct *queued[MAX_WORK];
static int count;
static struct work_struct *running[MAX_THREADS];

static struct workqueue_struct {
	char name[24];
} queues[16];
static int queue_count;
struct workqueue_struct *system_wq = &queues[0], *system_unbound_wq = &queues[1], *system_percpu_wq = &queues[2],
			*system_dfl_wq = &queues[3];

/* `reset.work` of the device: queueing it is what a trace calls schedule_reset. */
extern struct work_struct *reset_work;

struct workqueue_struct *next_workqueue(void);

struct workqueue_struct *next_workqueue(void)
{
	if (queue_count == 0)
		queue_count = 4;
	if (queue_count == ARRAY_SIZE(queues))
		trap("alloc_workqueue: more than 16 workqueues");
	return &queues[queue_count++];
}

void destroy_workqueue(struct workqueue_struct *wq) {}

static int find(struct work_struct *work)
{
	for (int i = 0; i < count; i++)
		if (queued[i] == work)
			return i;
	return -1;
}

bool queue_work_on(int cpu, struct workqueue_struct *wq, struct work_struct *work)
{
	if (work == reset_work)
		begin_note(NOTE_RESET_SCHEDULED);
	if (find(work) >= 0)
		return false;
	if (count == MAX_WORK)
		trap("queue_work: more than 64 pieces of work");
	queued[count++] = work;
	return true;
}

static void take_out(int i)
{
	count--;
	for (; i < count; i++)
		queued[i] = queued[i + 1];
	queued[count] = NULL;
}

bool work_waits(void)
{
	return count > 0;
}

void begin_work(struct work_struct *work)
{
	running[current_thread()] = work;
}

void end_work(void)
{
	running[current_thread()] = NULL;
}

/* Runs the piece of work that waits longest. */
void run_work(void)
{
	struct work_struct *work = queued[0];

	if (!work)
		return;
	take_out(0);
	/* panthor_device_init() would set it up. */
	if (!work->func)
		trap("panthor_device_reset_work");
	begin_work(work);
	work->func(work);
	end_work();
}

static int is_idle(void *arg)
{
	for (int i = 0; i < MAX_THREADS; i++)
		if (running[i] == arg && i != current_thread())
			return 0;
	return 1;
}

static int is_flushed(void *arg)
{
	return find(arg) < 0 && is_idle(arg);
}

bool cancel_work(struct work_struct *work)
{
	int i = find(work);

	if (i >= 0)
		take_out(i);
	return i >= 0;
}

bool cancel_work_sync(struct work_struct *work)
{
	bool was = cancel_work(work);

	wait_until(is_idle, work, work);
	return was;
}

bool flush_work(struct work_struct *work)
{
	wait_until(is_flushed, work, work);
	return true;
}

bool disable_work_sync(struct work_struct *work)
{
	return cancel_work_sync(work);
}

bool cancel_delayed_work(struct delayed_work *work)
{
	return cancel_work(&work->work);
}

bool cancel_delayed_work_sync(struct delayed_work *work)
{
	return cancel_work_sync(&work->work);
}

bool flush_delayed_work(struct delayed_work *work)
{
	return flush_work(&work->work);
}

/* Timeouts of jobs are far away: they are not waited for here. */
bool mod_delayed_work_on(int cpu, struct workqueue_struct *wq, struct delayed_work *work, unsigned long delay)
{
	if (delay == 0)
		queue_work_on(cpu, wq, &work->work);
	return false;
}

bool queue_delayed_work_on(int cpu, struct workqueue_struct *wq, struct delayed_work *work, unsigned long delay)
{
	return mod_delayed_work_on(cpu, wq, work, delay);
}

void delayed_work_timer_fn(struct timer_list *timer) {}
