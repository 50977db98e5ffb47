#include "channel.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/socket.h>

#include "config.h"
#include "hidden.h"
#include "process.h"
#include "sys.h"
#include "transfer.h"

/*
 * A call takes a channel that nobody uses and has it to itself until the reply is there. So threads do not wait for
 * each other, a signal handler that makes a call of its own gets another channel, and a handler that leaves by
 * siglongjmp costs one channel and nothing else.
 */
#define CHANNELS 64
#define KNOWN_FILES 4

struct channel {
	_Atomic bool busy;
	bool connected;
	int handle;
	uint32_t next_id;
	/* Open files that the server was shown over this connection, the next place to be overwritten. */
	uint64_t known[KNOWN_FILES];
	unsigned known_next;
};

static struct channel channels[CHANNELS];

/* A connection to the server, under `name` where there is one; -errno without a server. */
static int connect_to_server(const struct sockaddr_un *name)
{
	const struct sockaddr_un *server = &config()->server;
	long fd = SYS_3(SYS_socket, AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	long ret = 0;

	if (fd < 0)
		return (int)fd;
	if (name != NULL)
		ret = SYS_3(SYS_bind, fd, name, sizeof(*name));
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

static bool connected(struct channel *c)
{
	int fd;

	if (c->connected)
		return true;
	fd = connect_to_server(NULL);
	if (fd < 0)
		return false;
	c->handle = hidden_add(fd);
	c->connected = c->handle >= 0;
	memset(c->known, 0, sizeof(c->known));
	return c->connected;
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

/* The reply to request `id`; tells the server when a signal arrives. */
static int wait_for_reply(struct channel *c, uint32_t id, struct message *reply)
{
	bool interruptible = true;

	for (;;) {
		int ret = transfer_receive(hidden_fd(c->handle), reply, interruptible);
		struct wire_header header;

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

static int try_call(struct channel *c, struct message *request, uint16_t kind, int file, uint64_t key,
		    struct message *reply)
{
	uint16_t flags = 0;
	uint32_t id;
	int ret;

	if (!connected(c))
		return -ENODEV;
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
		ret = wait_for_reply(c, id, reply);
	if (ret == 0)
		return 0;
	message_free(reply, true);
	disconnect(c);
	return -ENODEV;
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

int channel_open(unsigned minor, int flags)
{
	struct identity id = {.kind = FILE_DEVICE, .minor = minor, .mode = (unsigned)flags & O_ACCMODE};
	struct sockaddr_un name;
	struct wire_open open_message = {
		.minor = minor,
		.flags = (uint32_t)flags,
		.pid = (uint32_t)own_pid(),
		.tid = (uint32_t)own_tid(),
	};
	struct wire_reply answer;
	struct message m;
	int fd, ret;

	id.key = identity_new_key();
	identity_name(&name, &id);
	fd = connect_to_server(&name);
	if (fd < 0)
		return fd == -EMFILE || fd == -ENFILE ? fd : -ENODEV;
	message_begin(&m);
	memcpy(message_grow(&m, sizeof(open_message)), &open_message, sizeof(open_message));
	message_seal(&m, WIRE_OPEN, 0, 1);
	ret = transfer_send(fd, &m);
	message_init(&m);
	if (ret == 0)
		ret = transfer_receive(fd, &m, false);
	if (ret == 0 && m.used >= sizeof(struct wire_header) + sizeof(answer)) {
		memcpy(&answer, m.data + sizeof(struct wire_header), sizeof(answer));
		ret = answer.ret;
	} else {
		ret = -EACCES; /* refused: the server is another user's */
	}
	message_free(&m, true);
	if (ret == 0 && (flags & O_CLOEXEC) == 0)
		ret = (int)SYS_3(SYS_fcntl, fd, F_SETFD, 0);
	if (ret == 0)
		return fd;
	sys_close(fd);
	return ret;
}
