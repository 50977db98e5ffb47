/* Descriptors beside the bytes of a message: SCM_RIGHTS, unix(7). The preload library and the server both have this. */
#ifndef PANTHOR_SHIM_SCM_RIGHTS_H
#define PANTHOR_SHIM_SCM_RIGHTS_H

#include <string.h>
#include <sys/socket.h>

/* More than any frame has (WIRE_MAX_FDS): what came too many is closed by its receiver, not lost on the way. */
#define FDS_BESIDE 16

union fd_space {
	struct cmsghdr header;
	char bytes[CMSG_SPACE(sizeof(int) * FDS_BESIDE)];
};

/* Puts `count` descriptors, FDS_BESIDE at most, beside a message; they lie in `space`. */
static inline void put_fds(struct msghdr *msg, union fd_space *space, const int *fds, size_t count)
{
	struct cmsghdr *c = &space->header;

	memset(space, 0, sizeof(*space));
	msg->msg_control = space;
	msg->msg_controllen = CMSG_SPACE(sizeof(int) * count);
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int) * count);
	memcpy(CMSG_DATA(c), fds, sizeof(int) * count);
}

/* Hands each descriptor that came with a message to `keep`. */
static inline void each_fd(struct msghdr *msg, void (*keep)(int fd, void *to), void *to)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c != NULL; c = CMSG_NXTHDR(msg, c)) {
		size_t count = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);

		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		for (size_t i = 0; i < count; i++) {
			int fd;

			memcpy(&fd, CMSG_DATA(c) + i * sizeof(int), sizeof(int));
			keep(fd, to);
		}
	}
}

#endif
