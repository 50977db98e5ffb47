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

/* The registers of a thread: of a 64-bit one, or, as PTRACE_GETREGSET gives them then, of a 32-bit one. */
union registers {
	struct user_regs_struct own;
#if defined(__x86_64__)
	/* struct user_regs_struct32 of the kernel: ebx, ecx, edx, esi, edi, ebp and others. */
	uint32_t i386[17];
#endif
};

#if defined(__x86_64__)
static void change(union registers *r, const struct notice *n, uint64_t fd, uint64_t offset)
{
	if (n->compat) {
		r->i386[4] = (uint32_t)fd;
		r->i386[5] = (uint32_t)(offset >> MMAP2_SHIFT);
	} else {
		r->own.r8 = fd;
		r->own.r9 = offset;
	}
}
#else
static void change(union registers *r, const struct notice *n, uint64_t fd, uint64_t offset)
{
	(void)n;
	r->own.regs[4] = fd;
	r->own.regs[5] = offset;
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
	union registers registers;
	struct iovec part = {&registers, sizeof(registers)};
	uint64_t old = n->compat ? n->data.args[5] << MMAP2_SHIFT : n->data.args[5];

	if (ptrace(PTRACE_SEIZE, n->tid, 0, PTRACE_O_TRACESYSGOOD) < 0)
		return -ENODEV;
	if (ptrace(PTRACE_INTERRUPT, n->tid, 0, 0) < 0 || stopped(n->tid) < 0 ||
	    ptrace(PTRACE_GETREGSET, n->tid, NT_PRSTATUS, &part) < 0)
		return -ENODEV;
	change(&registers, n, (uint64_t)fd, offset);
	ptrace(PTRACE_SETREGSET, n->tid, NT_PRSTATUS, &part);
	if (make_call(n->tid) && ptrace(PTRACE_GETREGSET, n->tid, NT_PRSTATUS, &part) == 0) {
		change(&registers, n, n->data.args[4], old);
		ptrace(PTRACE_SETREGSET, n->tid, NT_PRSTATUS, &part);
	}
	ptrace(PTRACE_DETACH, n->tid, 0, 0);
	return 0;
}
