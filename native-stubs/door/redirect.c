/*
 * mmap(2) of the device has to become one of a memfd, in the client. seccomp can answer a call but not change it, so the
 * client's thread is stopped (which interrupts the call before it has begun), its registers get the other descriptor and
 * offset, and the kernel makes the call again with those. Then they get what they had: a system call leaves them alone.
 */
#include <elf.h>
#include <errno.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>

#include "door.h"

/* What PTRACE_O_TRACESYSGOOD adds. */
#define SYSCALL_STOP 0x80

#if defined(__x86_64__)
static void change(struct user_regs_struct *r, uint64_t fd, uint64_t offset)
{
	r->r8 = fd;
	r->r9 = offset;
}
#else
static void change(struct user_regs_struct *r, uint64_t fd, uint64_t offset)
{
	r->regs[4] = fd;
	r->regs[5] = offset;
}
#endif

/* Waits for the thread to stop: what it stopped for, or -1 where it has ended. */
static int stopped(int tid)
{
	siginfo_t stop = {.si_pid = 0};

	/* An end is left to who waits for the client. */
	if (waitid(P_PID, (id_t)tid, &stop, WSTOPPED | WEXITED | WNOWAIT | __WALL) < 0)
		return -1;
	return stop.si_code == CLD_TRAPPED || stop.si_code == CLD_STOPPED ? stop.si_status : -1;
}

/* Lets the thread go on until it has made the call: the next but one stop at a system call. Signals reach it. */
static bool make_call(int tid)
{
	int signal = 0;

	for (int stops = 0; stops < 2;) {
		if (ptrace(PTRACE_SYSCALL, tid, 0, signal) < 0)
			return false;
		signal = stopped(tid);
		if (signal < 0)
			return false;
		stops += signal == (SIGTRAP | SYSCALL_STOP);
		/* Neither a stop at a system call nor an event of ptrace's is a signal. */
		if (signal > 0xff || signal == SIGTRAP || signal == (SIGTRAP | SYSCALL_STOP))
			signal = 0;
	}
	return true;
}

int redirect_mmap(const struct notice *n, int fd, uint64_t offset)
{
	struct user_regs_struct registers;
	struct iovec part = {&registers, sizeof(registers)};

	if (ptrace(PTRACE_SEIZE, n->tid, 0, PTRACE_O_TRACESYSGOOD) < 0)
		return -ENODEV;
	if (ptrace(PTRACE_INTERRUPT, n->tid, 0, 0) < 0 || stopped(n->tid) < 0 ||
	    ptrace(PTRACE_GETREGSET, n->tid, NT_PRSTATUS, &part) < 0)
		return -ENODEV;
	change(&registers, (uint64_t)fd, offset);
	ptrace(PTRACE_SETREGSET, n->tid, NT_PRSTATUS, &part);
	if (make_call(n->tid) && ptrace(PTRACE_GETREGSET, n->tid, NT_PRSTATUS, &part) == 0) {
		change(&registers, n->data.args[4], n->data.args[5]);
		ptrace(PTRACE_SETREGSET, n->tid, NT_PRSTATUS, &part);
	}
	ptrace(PTRACE_DETACH, n->tid, 0, 0);
	return 0;
}
