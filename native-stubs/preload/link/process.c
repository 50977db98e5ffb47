#include "process.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <sys/mman.h>

#include "at-fork.h"
#include "sys.h"

/*
 * A page that a fork empties (MADV_WIPEONFORK): it notices _Fork(3) and raw clone(2), which run no handlers, and a
 * vfork(2) leaves it alone, as it must. Where the kernel or an emulator ignores the advice, pthread_atfork(3) does it.
 */
struct facts {
	_Atomic int pid;
	/* Cleared with the page, so that each child answers just_forked() once. */
	_Atomic bool known;
};

static struct facts *facts;
static struct facts without_page;
static _Atomic bool ever;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static __thread int cached_tid __attribute__((tls_model("initial-exec")));
static __thread int cached_tid_pid __attribute__((tls_model("initial-exec")));

static void forget(void)
{
	atomic_store(&facts->pid, 0);
	atomic_store(&facts->known, false);
}

static void set_up(void)
{
	long page = SYS_6(SYS_mmap, 0, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (page < 0 && page > -4096) {
		facts = &without_page;
	} else {
		facts = (struct facts *)page;
		SYS_3(SYS_madvise, page, 4096, MADV_WIPEONFORK);
	}
	at_fork(NULL, NULL, forget);
}

int own_pid(void)
{
	int pid;

	pthread_once(&once, set_up);
	pid = atomic_load_explicit(&facts->pid, memory_order_relaxed);
	if (pid == 0) {
		pid = (int)SYS_1(SYS_getpid, 0);
		atomic_store(&facts->pid, pid);
	}
	return pid;
}

int own_tid(void)
{
	int pid = own_pid();

	if (cached_tid_pid != pid) {
		cached_tid = (int)SYS_1(SYS_gettid, 0);
		cached_tid_pid = pid;
	}
	return cached_tid;
}

bool just_forked(void)
{
	pthread_once(&once, set_up);
	if (atomic_load_explicit(&facts->known, memory_order_relaxed) || atomic_exchange(&facts->known, true))
		return false;
	return atomic_exchange(&ever, true);
}
