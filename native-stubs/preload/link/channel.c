#include "channel.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/socket.h>

#include "../../spin.h"
#include "config.h"
#include "hidden.h"
#include "process.h"
#include "sys.h"
#include "transfer.h"

/*
 * A call takes a channel that is not in use and has it to itself until the reply is there. So threads do not wait for
 * each other, a signal handler that makes a call of its own gets another channel, and a handler that leaves by
 * siglongjmp costs one channel and nothing else.
 */
#define CHANNELS 64
#define KNOWN_FILES 4
/* Connections that a call makes one after the other where the server closes each before it has read of it. */
#define ATTEMPTS 4
/* Numbers of a driver's own ioctls, as in drm.h. */
#define DRM_COMMAND_BASE 0x40
#define DRM_COMMAND_END 0xa0

struct channel {
	_Atomic bool busy;
	bool connected;
	int handle;
	uint32_t next_id;
	/* Open files that the server was shown over this connection, the next place to be overwritten. */
	uint64_t known[KNOWN_FILES];
	unsigned known_next;
	struct spin spin;
};

static struct channel channels[CHANNELS];

int (*channel_wait)(int fd);

/* A connection to the server; -errno without one. */
static int connect_to_server(void)
{
	const struct sockaddr_un *server = &config()->server;
	long fd = SYS_3(SYS_socket, AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	long ret = 0;

	if (fd < 0)
		return (int)fd;
	while (ret == 0) {
		ret = SYS_3(SYS_connect, fd, server, sizeof(*server));
		if (ret != -EINTR)
			break;
		ret = 0;
	}
	if (ret == 0)
		return (int)fd;
	sys_close((int)fd);
	return (int)ret;
}

static void disconnect(struct channel *c)
{
	if (c->connected)
		hidden_drop(c->handle);
	c->connected = false;
}

/* Connects where that is still to be done. Returns 0, -EACCES for another user's server, -ENODEV without one. */
static int make_connected(struct channel *c)
{
	int fd;

	if (c->connected)
		return 0;
	fd = connect_to_server();
	if (fd < 0)
		return fd == -EACCES ? -EACCES : -ENODEV;
	c->handle = hidden_add(fd);
	c->connected = c->handle >= 0;
	memset(c->known, 0, sizeof(c->known));
	return c->connected ? 0 : -ENODEV;
}

/* The parent's threads are not here to finish their calls, and their connections are not ours to use. */
static void forget_channels(void)
{
	for (int i = 0; i < CHANNELS; i++) {
		disconnect(&channels[i]);
		atomic_store(&channels[i].busy, false);
	}
}

static struct channel *take(struct channel *spare)
{
	if (just_forked())
		forget_channels();
	for (int i = 0; i < CHANNELS; i++) {
		if (!atomic_load_explicit(&channels[i].busy, memory_order_relaxed) &&
		    !atomic_exchange(&channels[i].busy, true))
			return &channels[i];
	}
	memset(spare, 0, sizeof(*spare));
	return spare;
}

static void give_back(struct channel *c, const struct channel *spare)
{
	if (c == spare)
		disconnect(c);
	else
		atomic_store(&c->busy, false);
}

/* Whether the server has to be shown the file first. */
static bool is_new(struct channel *c, uint64_t key)
{
	for (int i = 0; i < KNOWN_FILES; i++) {
		if (c->known[i] == key)
			return false;
	}
	c->known[c->known_next++ % KNOWN_FILES] = key;
	return true;
}

/*
 * Whether a request is one of the driver's own calls, which are never interrupted: for others a signal that is caught in the moment
 * before recvmsg(2) sleeps would be lost, and looking first would make that moment long.
 */
static bool is_driver_call(const struct message *request, uint16_t kind)
{
	struct wire_ioctl call;

	if (kind != WIRE_IOCTL)
		return false;
	memcpy(&call, request->data + sizeof(struct wire_header), sizeof(call));
	return (call.request & 0xff) >= DRM_COMMAND_BASE && (call.request & 0xff) < DRM_COMMAND_END;
}

/* The reply to request `id`; tells the server when a signal arrives. */
static int wait_for_reply(struct channel *c, uint32_t id, struct spin *spin, struct message *reply)
{
	bool interruptible = true;

	for (;;) {
		int ret = channel_wait != NULL && interruptible ? channel_wait(hidden_fd(c->handle)) : 0;
		struct wire_header header;

		if (ret == 0)
			ret = transfer_receive(hidden_fd(c->handle), reply, interruptible, spin);

		if (ret == -EINTR) {
			struct message interrupt;

			message_begin(&interrupt);
			message_seal(&interrupt, WIRE_INTERRUPT, 0, id);
			ret = transfer_send(hidden_fd(c->handle), &interrupt);
			interruptible = false;
			if (ret == 0)
				continue;
		}
		if (ret < 0)
			return ret;
		memcpy(&header, reply->data, sizeof(header));
		if (header.kind != WIRE_REPLY || header.id != id || header.size < sizeof(struct wire_reply) ||
		    header.check != message_check(reply->data, reply->used - sizeof(header)))
			return -EPROTO;
		return 0;
	}
}

/* Whether it is another user who listens at the other end (SO_PEERCRED): that one serves none of ours. */
static bool is_foreign(int socket)
{
	struct ucred peer;
	socklen_t length = sizeof(peer);

	return SYS_6(SYS_getsockopt, socket, SOL_SOCKET, SO_PEERCRED, &peer, &length, 0) == 0 &&
	       peer.uid != (uid_t)SYS_1(SYS_geteuid, 0);
}

/*
 * One attempt. -EPIPE: the connection had ended before, and the server has not handled the request; -EACCES where that is
 * another user's.
 */
static int attempt(struct channel *c, struct message *request, uint16_t kind, int file, uint64_t key,
		   struct message *reply)
{
	uint16_t flags = 0;
	uint32_t id;
	int ret = make_connected(c);

	if (ret < 0)
		return ret;
	if (file >= 0 && (key == 0 || is_new(c, key))) {
		/* The file goes in front of the descriptors that belong to the argument. */
		memmove(request->fds + 1, request->fds, sizeof(int) * (size_t)request->fd_count);
		request->fds[0] = file;
		request->fd_count++;
		flags = WIRE_ATTACH;
	}
	id = ++c->next_id;
	message_seal(request, kind, flags, id);
	ret = transfer_send(hidden_fd(c->handle), request);
	if (flags != 0) {
		request->fd_count--;
		memmove(request->fds, request->fds + 1, sizeof(int) * (size_t)request->fd_count);
	}
	if (ret == 0)
		ret = wait_for_reply(c, id, is_driver_call(request, kind) ? &c->spin : NULL, reply);
	if (ret == 0)
		return 0;
	message_free(reply, true);
	if (ret != -EPIPE && ret != -ECONNRESET)
		ret = -ENODEV;
	else
		ret = is_foreign(hidden_fd(c->handle)) ? -EACCES : -EPIPE;
	disconnect(c);
	return ret;
}

/*
 * A server that needs room for others closes connections that carry no call, and one that ends closes all, those too that wait
 * to be accepted; the next attempt makes another one, or finds no server.
 */
static int try_call(struct channel *c, struct message *request, uint16_t kind, int file, uint64_t key,
		    struct message *reply)
{
	int ret = -EPIPE;

	for (int i = 0; ret == -EPIPE && i < ATTEMPTS; i++)
		ret = attempt(c, request, kind, file, key, reply);
	return ret == -EPIPE ? -ENODEV : ret;
}

int channel_call(struct message *request, uint16_t kind, int file, uint64_t key, struct message *reply)
{
	struct channel spare;
	struct channel *c = take(&spare);
	int ret;

	message_init(reply);
	ret = try_call(c, request, kind, file, key, reply);
	give_back(c, &spare);
	return ret;
}
