// SPDX-License-Identifier: MIT
/*
 * Mutexes, wound/wait mutexes, spin locks and read/write locks. A lock that is taken is a point; a thread that finds it
 * held stands there until it is free. Only one thread runs at a time, so between points nothing needs to be atomic.
 */
#include <linux/mutex.h>
#include <linux/rwsem.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/ww_mutex.h>
#include "../arena.h"
#include "shim.h"

#define UNLOCKED 1

extern char variables[] __asm__("__start_kdata");

/*
 * Where a lock was initialised is kept in the owner of its spin lock, which nothing here uses. A variable that the compiler has
 * initialised is a class of its own, as lockdep has it.
 */
static unsigned int init_site(const raw_spinlock_t *lock)
{
	if (lock->owner == SPINLOCK_OWNER_INIT)
		return VARIABLE_LOCK | (unsigned int)((const char *)lock - variables);
	return (unsigned long)lock->owner;
}

/* Initialisers have changed their prototypes; they are in prototypes.c, where no header is. */
void initialise_mutex(struct mutex *lock, unsigned int site);
void initialise_mutex(struct mutex *lock, unsigned int site)
{
	memset(lock, 0, sizeof(*lock));
	lock->wait_lock.owner = (void *)(unsigned long)site;
}

bool mutex_is_locked(struct mutex *lock)
{
	return atomic_long_read(&lock->owner) != 0;
}

int mutex_trylock(struct mutex *lock)
{
	if (mutex_is_locked(lock))
		return 0;
	atomic_long_set(&lock->owner, (long)current);
	took(lock, init_site(&lock->wait_lock));
	return 1;
}

void mutex_lock(struct mutex *lock)
{
	taking(lock, init_site(&lock->wait_lock));
	pass(POINT_MUTEX, (unsigned long)lock);
	while (mutex_is_locked(lock))
		stop_at(POINT_MUTEX, (unsigned long)lock, 0, 0);
	atomic_long_set(&lock->owner, (long)current);
	took(lock, init_site(&lock->wait_lock));
}

int mutex_lock_interruptible(struct mutex *lock)
{
	mutex_lock(lock);
	return 0;
}

int mutex_lock_killable(struct mutex *lock)
{
	mutex_lock(lock);
	return 0;
}

void mutex_unlock(struct mutex *lock)
{
	if (atomic_long_read(&lock->owner) != (long)current)
		broken("bad-unlock", lock);
	released(lock);
	atomic_long_set(&lock->owner, 0);
}

/*
 * Wait/die: who is younger than the holder of a lock gives up all that it has. Contexts are numbered as they begin, so a
 * smaller stamp is older.
 */
int ww_mutex_lock(struct ww_mutex *lock, struct ww_acquire_ctx *ctx)
{
	taking(&lock->base, init_site(&lock->base.wait_lock));
	pass(POINT_MUTEX, (unsigned long)&lock->base);
	if (ctx && lock->ctx == ctx)
		return -EALREADY;
	while (mutex_is_locked(&lock->base)) {
		if (ctx && ctx->acquired > 0 && lock->ctx && (long)(ctx->stamp - lock->ctx->stamp) > 0)
			return -EDEADLK;
		stop_at(POINT_MUTEX, (unsigned long)&lock->base, 0, 0);
	}
	atomic_long_set(&lock->base.owner, (long)current);
	took(&lock->base, init_site(&lock->base.wait_lock));
	lock->ctx = ctx;
	if (ctx)
		ctx->acquired++;
	return 0;
}

int ww_mutex_lock_interruptible(struct ww_mutex *lock, struct ww_acquire_ctx *ctx)
{
	return ww_mutex_lock(lock, ctx);
}

int ww_mutex_trylock(struct ww_mutex *lock, struct ww_acquire_ctx *ctx)
{
	if (!mutex_trylock(&lock->base))
		return 0;
	lock->ctx = ctx;
	if (ctx)
		ctx->acquired++;
	return 1;
}

void ww_mutex_unlock(struct ww_mutex *lock)
{
	if (lock->ctx)
		lock->ctx->acquired--;
	lock->ctx = NULL;
	mutex_unlock(&lock->base);
}

void __raw_spin_lock_init(raw_spinlock_t *lock, const char *name, struct lock_class_key *key, short inner)
{
	memset(lock, 0, sizeof(*lock));
	lock->raw_lock.slock = UNLOCKED;
	lock->owner = (void *)(unsigned long)call_site();
}

static void spin_get(raw_spinlock_t *lock)
{
	taking(lock, init_site(lock));
	pass(POINT_SPIN, (unsigned long)lock);
	while (lock->raw_lock.slock != UNLOCKED)
		stop_at(POINT_SPIN, (unsigned long)lock, 0, 0);
	lock->raw_lock.slock = 0;
	took(lock, init_site(lock));
}

static void spin_give(raw_spinlock_t *lock)
{
	if (lock->raw_lock.slock == UNLOCKED)
		broken("bad-unlock", lock);
	released(lock);
	lock->raw_lock.slock = UNLOCKED;
}

#undef _raw_spin_trylock
int _raw_spin_trylock(raw_spinlock_t *lock)
{
	if (lock->raw_lock.slock != UNLOCKED)
		return 0;
	lock->raw_lock.slock = 0;
	took(lock, init_site(lock));
	return 1;
}

#undef _raw_spin_lock
#undef _raw_spin_lock_bh
#undef _raw_spin_lock_irq
#undef _raw_spin_lock_irqsave
#undef _raw_spin_unlock
#undef _raw_spin_unlock_bh
#undef _raw_spin_unlock_irq
#undef _raw_spin_unlock_irqrestore
void _raw_spin_lock(raw_spinlock_t *lock) { spin_get(lock); }
void _raw_spin_lock_bh(raw_spinlock_t *lock) { spin_get(lock); }
void _raw_spin_lock_irq(raw_spinlock_t *lock) { spin_get(lock); }
unsigned long _raw_spin_lock_irqsave(raw_spinlock_t *lock) { spin_get(lock); return 0; }
void _raw_spin_unlock(raw_spinlock_t *lock) { spin_give(lock); }
void _raw_spin_unlock_bh(raw_spinlock_t *lock) { spin_give(lock); }
void _raw_spin_unlock_irq(raw_spinlock_t *lock) { spin_give(lock); }
void _raw_spin_unlock_irqrestore(raw_spinlock_t *lock, unsigned long flags) { spin_give(lock); }

/* Nothing in the driver holds one of these across a point, so they are taken as they come. */
#undef _raw_read_lock
#undef _raw_read_unlock
#undef _raw_write_lock
#undef _raw_write_unlock
void __rwlock_init(rwlock_t *lock, const char *name, struct lock_class_key *key) { memset(lock, 0, sizeof(*lock)); }
void _raw_read_lock(rwlock_t *lock) {}
void _raw_read_unlock(rwlock_t *lock) {}
void _raw_write_lock(rwlock_t *lock) {}
void _raw_write_unlock(rwlock_t *lock) {}

/* Read/write semaphores: `count` is the number of readers, or -1 with a writer. */
struct rw_wait {
	struct rw_semaphore *sem;
	bool write;
};

static int rw_free(void *arg)
{
	const struct rw_wait *wait = arg;
	long count = atomic_long_read(&wait->sem->count);

	return wait->write ? count == 0 : count >= 0;
}

void __init_rwsem(struct rw_semaphore *sem, const char *name, struct lock_class_key *key)
{
	memset(sem, 0, sizeof(*sem));
	sem->wait_lock.owner = (void *)(unsigned long)call_site();
}

static void rw_take(struct rw_semaphore *sem, bool write)
{
	struct rw_wait wait = { sem, write };

	taking(sem, init_site(&sem->wait_lock));
	wait_until(rw_free, &wait, sem);
	atomic_long_set(&sem->count, write ? -1 : atomic_long_read(&sem->count) + 1);
	took(sem, init_site(&sem->wait_lock));
}

static void rw_release(struct rw_semaphore *sem, bool write)
{
	released(sem);
	atomic_long_set(&sem->count, write ? 0 : atomic_long_read(&sem->count) - 1);
}

void down_read(struct rw_semaphore *sem) { rw_take(sem, false); }
void down_write(struct rw_semaphore *sem) { rw_take(sem, true); }
void up_read(struct rw_semaphore *sem) { rw_release(sem, false); }
void up_write(struct rw_semaphore *sem) { rw_release(sem, true); }
