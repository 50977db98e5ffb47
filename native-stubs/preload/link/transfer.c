#include "transfer.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "../../scm-rights.h"
#include "../../spin.h"
#include "config.h"
#include "sys.h"

int transfer_send(int socket, const struct message *m)
{
	size_t sent = 0;
	union fd_space space;
	struct iovec part;
	struct msghdr msg = {.msg_iov = &part, .msg_iovlen = 1};

	if (m->fd_count > 0)
		put_fds(&msg, &space, m->fds, (size_t)m->fd_count);
	while (sent < m->used) {
		long n;

		part.iov_base = m->data + sent;
		part.iov_len = m->used - sent;
		n = SYS_3(SYS_sendmsg, socket, &msg, MSG_NOSIGNAL);
		if (n == -EINTR)
			continue;
		if (n < 0)
			return (int)n;
		sent += (size_t)n;
		msg.msg_control = NULL;
		msg.msg_controllen = 0;
	}
	return 0;
}

static void keep_fd(int fd, void *to)
{
	struct message *m = to;

	if (m->fd_count < WIRE_MAX_FDS)
		m->fds[m->fd_count++] = fd;
	else
		sys_close(fd);
}

/* Bytes of the whole frame as its first bytes say, or 0 when they have not arrived; -1 when it is no frame. */
static long frame_size(const struct message *m)
{
	uint32_t size;

	if (m->used < sizeof(size))
		return 0;
	memcpy(&size, m->data, sizeof(size));
	if (size > WIRE_MAX_PAYLOAD)
		return -1;
	return (long)(sizeof(struct wire_header) + ((size + 7) & ~7u));
}

struct reception {
	int socket;
	struct msghdr *msg;
};

/* recvmsg(2); -EAGAIN where nothing is there and it is not to sleep. */
static long receive(void *from, bool sleeps)
{
	const struct reception *r = from;

	return SYS_3(SYS_recvmsg, r->socket, r->msg, MSG_CMSG_CLOEXEC | (sleeps ? 0 : MSG_DONTWAIT));
}

int transfer_receive(int socket, struct message *m, bool interruptible, struct spin *spin)
{
	for (;;) {
		union fd_space space;
		struct iovec part;
		struct msghdr msg = {
			.msg_iov = &part,
			.msg_iovlen = 1,
			.msg_control = &space,
			.msg_controllen = sizeof(space),
		};
		struct reception reception = {socket, &msg};
		long whole = frame_size(m);
		long n;

		if (whole < 0)
			return -EPROTO;
		if (whole > 0 && m->used >= (size_t)whole)
			return m->used == (size_t)whole ? 0 : -EPROTO;
		if (whole > 0 && !message_reserve(m, (size_t)whole))
			return -EPROTO;
		part.iov_base = m->data + m->used;
		part.iov_len = m->room - m->used;
		n = spin == NULL ? receive(&reception, true) : spin_wait(spin, config()->spin_looks, receive, &reception);
		if (n == -EINTR && (!interruptible || m->used > 0))
			continue;
		if (n == -EINTR)
			return -EINTR;
		if (n == 0)
			return m->used == 0 ? -EPIPE : -ENODEV;
		if (n < 0)
			return m->used == 0 ? (int)n : -ENODEV;
		m->used += (size_t)n;
		each_fd(&msg, keep_fd, m);
	}
}
