/* SPDX-License-Identifier: MIT */
/* What the files of the kernel half use of each other. */
#ifndef PANTHOR_SHIM_TREE_SHIM_H
#define PANTHOR_SHIM_TREE_SHIM_H

#include <linux/types.h>

/* A variable that goes back with the state and does not tell states apart: journal_memory() comes before each change. */
#define KEPT __section("kkept")

/* A function whose loads and stores are not announced: it looks at the state and is no part of the driver. */
#define UNANNOUNCED __no_sanitize_address

struct device;
struct sg_table;
struct drm_gem_object;

/* Added to where the variable is that is a lock. */
#define VARIABLE_LOCK 0x80000000u
/*
 * lockdep.c: which locks a thread holds, and in which order they are taken; `init` is where the lock was initialised or, of
 * a variable that the compiler has initialised, where it is.
 */
void taking(const void *lock, unsigned int init);
void took(const void *lock, unsigned int init);
void released(const void *lock);
void check_released(void);
/* Something that the kernel's own checks would have found: told as a warning. */
void broken(const char *what, const void *object);

/* Stands at a point until `ready(arg)`; `about` says what for. */
void wait_until(int (*ready)(void *arg), void *arg, const void *about);

/* Workqueues: what is queued waits for a thread that the caller starts with run_work(). */
void run_work(void);
bool work_waits(void);
/* What this thread does from now on is that piece of work, for those who flush or cancel it. */
struct work_struct;
void begin_work(struct work_struct *work);
void end_work(void);

/* Interrupt lines that the driver has asked for: 0 GPU, 1 MMU, 2 job. */
enum line { LINE_GPU, LINE_MMU, LINE_JOB, LINES };
/* The hard handler; true where it wants its thread. */
int raw_interrupt(enum line line);
int threaded_interrupt(enum line line);
/* Whether a handler of the line runs, or the second one is about to. */
bool is_handled(enum line line);

/* panthor_gpu_suspend() and panthor_gpu_resume() (gpu.c). */
struct panthor_device;
void gpu_block_suspend(struct panthor_device *ptdev);
void gpu_block_resume(struct panthor_device *ptdev);

/* Where the next object's pages are: runs of physically contiguous pages, in order. */
struct run {
	unsigned long first;  /* page of the object */
	unsigned long frame;  /* page frame number */
	unsigned long pages;
	unsigned long huge;   /* in folios of 2 MiB, where it is aligned to them */
};
void set_backing(struct run *runs, unsigned long count);
/* Takes what was given last, which is the caller's then; NULL for none. */
struct run *take_backing(unsigned long *count);

/* Pages and number of an object that was made already, by its file (shmem.c). */
struct file;
long back_file(struct file *file, long number);
long file_number(struct file *file);

/* A buffer of another device with the pages that were given last (dma-buf.c), and the number that it was given. */
struct dma_buf_attachment;
struct dma_buf_attachment *foreign_buffer(unsigned long size, long number, struct sg_table **sgt);
long foreign_number(struct dma_buf_attachment *attach);

/* Tasks belong to a process, as those that open files do. */
void give_tasks_a_process(void);

void run_initcalls(void);

/* The device that the driver is bound to. */
extern struct device *gpu_device;

#endif
