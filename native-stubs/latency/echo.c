/*
 * The floor that `npm run bench:live` compares with: a server that only sends bytes back, over the same kind of socket
 * and with messages as long as ours.
 *
 *   echo server SOCKET REQUEST REPLY          serves one client and ends
 *   echo client SOCKET REQUEST REPLY COUNT    prints "echo P50 P99"
 */
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "samples.h"

#define MAX_MESSAGE 65536

static char buffer[MAX_MESSAGE];

static int receive_all(int fd, size_t size)
{
	size_t have = 0;

	while (have < size) {
		ssize_t n = recv(fd, buffer + have, size - have, 0);

		if (n <= 0)
			return 0;
		have += (size_t)n;
	}
	return 1;
}

static int serve(const struct sockaddr_un *address, size_t request, size_t reply)
{
	int listener = socket(AF_UNIX, SOCK_STREAM, 0);
	int fd;

	if (bind(listener, (const struct sockaddr *)address, sizeof(*address)) < 0 || listen(listener, 1) < 0)
		return 1;
	fd = accept(listener, NULL, NULL);
	while (receive_all(fd, request)) {
		if (send(fd, buffer, reply, 0) != (ssize_t)reply)
			return 1;
	}
	return 0;
}

static int ask(const struct sockaddr_un *address, size_t request, size_t reply, size_t count)
{
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	uint64_t *samples = calloc(count, sizeof(*samples));

	while (connect(fd, (const struct sockaddr *)address, sizeof(*address)) < 0)
		usleep(1000);
	for (size_t i = 0; i < count; i++) {
		uint64_t start = now_ns();

		if (send(fd, buffer, request, 0) != (ssize_t)request || !receive_all(fd, reply))
			return 1;
		samples[i] = now_ns() - start;
	}
	print_samples("echo", samples, count);
	return 0;
}

int main(int argc, char **argv)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	size_t request, reply;

	if (argc < 5)
		return 2;
	strncpy(address.sun_path, argv[2], sizeof(address.sun_path) - 1);
	request = strtoul(argv[3], NULL, 10);
	reply = strtoul(argv[4], NULL, 10);
	if (request > MAX_MESSAGE || reply > MAX_MESSAGE)
		return 2;
	if (strcmp(argv[1], "server") == 0)
		return serve(&address, request, reply);
	return argc < 6 ? 2 : ask(&address, request, reply, strtoul(argv[5], NULL, 10));
}
