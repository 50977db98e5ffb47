// SPDX-License-Identifier: MIT
/* Wait queues, completions, sleeping and the conditions that the other files wait for. */
#include <linux/completion.h>
#include <linux/interrupt.h>
#include <linux/jiffies.h>
#include <linux/pid.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/sched/wake_q.h>
#include <linux/swait.h>
#include <linux/wait.h>
#include "../arena.h"
#include "shim.h"

struct condition {
	int (*ready)(void *arg);
	void *arg;
};

/* In a section of its own: most of a task never changes, and none of that is state. */
static struct task_struct tasks[MAX_THREADS + 1] __section("ktasks");
struct task_struct *cpu_tasks[NR_CPUS] = { &tasks[MAX_THREADS] };
/* The wait queue that a thread has entered itself into last, for those who ask why it sleeps. */
static const void *waits_on[MAX_THREADS + 1];

/* Called by the host half when it switches to a thread; -1 is none. */
void entered(int thread)
{
	cpu_tasks[0] = &tasks[thread < 0 ? MAX_THREADS : thread];
}

/*
 * Where a thread's own task is found through its stack (before 6.14), it is written there. `top` is the end of the stack,
 * aligned to more than THREAD_SIZE.
 */
void prepare_stack(int thread, unsigned long top)
{
#ifndef CONFIG_THREAD_INFO_IN_TASK
	((struct thread_info *)(top - THREAD_SIZE))->task = &tasks[thread];
	journal_memory(&tasks[thread].stack, sizeof(tasks[thread].stack));
	tasks[thread].stack = (void *)(top - THREAD_SIZE);
#endif
}

void give_tasks_a_process(void)
{
	static struct signal_struct process;
	static struct pid pid = { .count = REFCOUNT_INIT(1) };

	process.pids[PIDTYPE_TGID] = &pid;
	for (int i = 0; i <= MAX_THREADS; i++)
		tasks[i].signal = &process;
}

void put_pid(struct pid *pid)
{
	refcount_dec(&pid->count);
}

unsigned long thread_word(int thread)
{
	return READ_ONCE(tasks[thread].__state);
}

static int this_thread(void)
{
	return current - tasks;
}

void wait_until(int (*ready)(void *arg), void *arg, const void *about)
{
	struct condition condition = { ready, arg };

	while (!ready(arg))
		stop_at(POINT_CONDITION, (unsigned long)about, (unsigned long)&condition, 0);
}

/* Whether the thread that stands at this point can go on by itself. Polls and sleeps that may time out are the machine's. */
UNANNOUNCED int is_ready(unsigned long kind, unsigned long object, int thread)
{
	const struct condition *condition = (void *)object;

	switch (kind) {
	case POINT_MUTEX:
		return atomic_long_read(&((struct mutex *)object)->owner) == 0;
	case POINT_SPIN:
		return ((raw_spinlock_t *)object)->raw_lock.slock != 0;
	case POINT_SLEEP:
		return READ_ONCE(tasks[thread].__state) == TASK_RUNNING;
	case POINT_CONDITION:
		return condition->ready(condition->arg);
	default:
		return 1;
	}
}

void __init_waitqueue_head(struct wait_queue_head *wq, const char *name, struct lock_class_key *key)
{
	spin_lock_init(&wq->lock);
	INIT_LIST_HEAD(&wq->head);
}

int autoremove_wake_function(struct wait_queue_entry *entry, unsigned mode, int sync, void *key)
{
	struct task_struct *task = entry->private;

	WRITE_ONCE(task->__state, TASK_RUNNING);
	list_del_init(&entry->entry);
	return 1;
}

int default_wake_function(wait_queue_entry_t *entry, unsigned mode, int flags, void *key)
{
	struct task_struct *task = entry->private;

	WRITE_ONCE(task->__state, TASK_RUNNING);
	return 1;
}

void init_wait_entry(struct wait_queue_entry *entry, int flags)
{
	entry->flags = flags;
	entry->private = current;
	entry->func = autoremove_wake_function;
	INIT_LIST_HEAD(&entry->entry);
}

long prepare_to_wait_event(struct wait_queue_head *wq, struct wait_queue_entry *entry, int state)
{
	if (list_empty(&entry->entry))
		list_add_tail(&entry->entry, &wq->head);
	WRITE_ONCE(current->__state, state);
	waits_on[this_thread()] = wq;
	return 0;
}

void finish_wait(struct wait_queue_head *wq, struct wait_queue_entry *entry)
{
	WRITE_ONCE(current->__state, TASK_RUNNING);
	list_del_init(&entry->entry);
	waits_on[this_thread()] = NULL;
}

void add_wait_queue(struct wait_queue_head *wq, struct wait_queue_entry *entry)
{
	list_add(&entry->entry, &wq->head);
}

void remove_wait_queue(struct wait_queue_head *wq, struct wait_queue_entry *entry)
{
	list_del(&entry->entry);
}

int __wake_up(struct wait_queue_head *wq, unsigned int mode, int exclusive, void *key)
{
	struct wait_queue_entry *entry, *next;

	list_for_each_entry_safe(entry, next, &wq->head, entry)
		entry->func(entry, mode, 0, key);
	return 0;
}

void __wake_up_locked(struct wait_queue_head *wq, unsigned int mode, int nr)
{
	__wake_up(wq, mode, nr, NULL);
}

int wake_up_state(struct task_struct *task, unsigned int state)
{
	WRITE_ONCE(task->__state, TASK_RUNNING);
	return 1;
}

int wake_up_process(struct task_struct *task)
{
	return wake_up_state(task, TASK_NORMAL);
}

/* A sleep ends by a wake-up, or by the machine's word that the time is over. */
signed long schedule_timeout(signed long timeout)
{
	const void *about = waits_on[this_thread()];
	unsigned long reply;

	if (READ_ONCE(current->__state) == TASK_RUNNING)
		return timeout;
	if (timeout == 0)
		return 0;
	/* A machine that answers at once interrupts who waits for it. */
	if (mailbox.quiet >> POINT_SLEEP & 1) {
		if (raw_interrupt(LINE_GPU) == IRQ_WAKE_THREAD)
			threaded_interrupt(LINE_GPU);
		if (READ_ONCE(current->__state) == TASK_RUNNING)
			return timeout;
	}
	reply = stop_at(POINT_SLEEP, (unsigned long)about, timeout, 0);
	if (reply == REPLY_SIGNAL)
		set_thread_flag(TIF_SIGPENDING);
	if (reply != 0 || timeout == MAX_SCHEDULE_TIMEOUT)
		return timeout;
	WRITE_ONCE(current->__state, TASK_RUNNING);
	return 0;
}

void schedule(void)
{
	schedule_timeout(MAX_SCHEDULE_TIMEOUT);
}

static int is_done(void *arg)
{
	return ((struct completion *)arg)->done != 0;
}

void __init_swait_queue_head(struct swait_queue_head *q, const char *name, struct lock_class_key *key)
{
	raw_spin_lock_init(&q->lock);
	INIT_LIST_HEAD(&q->task_list);
}

void wait_for_completion(struct completion *x)
{
	wait_until(is_done, x, x);
	if (x->done != UINT_MAX)
		x->done--;
}

bool completion_done(struct completion *x)
{
	return x->done != 0;
}

void complete(struct completion *x)
{
	if (x->done != UINT_MAX)
		x->done++;
}

void complete_all(struct completion *x)
{
	x->done = UINT_MAX;
}
