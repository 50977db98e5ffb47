/*
 * mmap(2) of the device has to become one of a memfd, in the client. seccomp can answer a call but not change it, so the
 * client's thread is stopped (which interrupts the call before it has begun), its registers get the other descriptor and
 * offset, and the kernel makes the call again with those.
 */
#include <elf.h>
#include <errno.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>

#include "door.h"

#if defined(__x86_64__)
static void change(struct user_regs_struct *r, int fd, uint64_t offset)
{
	r->r8 = (uint64_t)fd;
	r->r9 = offset;
}
#else
static void change(struct user_regs_struct *r, int fd, uint64_t offset)
{
	r->regs[4] = (uint64_t)fd;
	r->regs[5] = offset;
}
#endif

int redirect_mmap(const struct notice *n, int fd, uint64_t offset)
{
	struct user_regs_struct registers;
	struct iovec part = {&registers, sizeof(registers)};
	siginfo_t stop = {.si_pid = 0};

	if (ptrace(PTRACE_SEIZE, n->tid, 0, 0) < 0)
		return -ENODEV;
	if (ptrace(PTRACE_INTERRUPT, n->tid, 0, 0) < 0 ||
	    waitid(P_PID, (id_t)n->tid, &stop, WSTOPPED | __WALL) < 0 ||
	    ptrace(PTRACE_GETREGSET, n->tid, NT_PRSTATUS, &part) < 0)
		return -ENODEV;
	change(&registers, fd, offset);
	ptrace(PTRACE_SETREGSET, n->tid, NT_PRSTATUS, &part);
	ptrace(PTRACE_DETACH, n->tid, 0, 0);
	return 0;
}
