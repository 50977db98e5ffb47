/*
 * Makes the calls of a list, one row in one process each, and prints what came back: result, errno, time, and the
 * bytes of the argument and of its buffers afterwards. It knows no struct: script.mjs writes the list.
 *
 *	row N			a new process and a new open file
 *	call REQUEST ARG [TOKEN...]	an ioctl whose answer is printed; ARG is hex, - or @ADDRESS
 *	setup REQUEST ARG [TOKEN...]	an ioctl whose answer is not
 *	mmap LENGTH PROT SLOT|OFFSET	maps the device, printed; the address is kept for load and store
 *	store OFFSET U64	writes through the last mapping
 *	load OFFSET		prints a u64 of the last mapping
 *	memfd SLOT, eventfd SLOT	makes a file
 *	poll SLOT		whether the file is readable, printed
 *
 * With a second argument, a seed, it makes the calls of rows picked at random, in one process and with one open file a
 * row, until it is killed; now and then it starts itself anew by exec. With the word "time" it makes all calls once and
 * prints how many there were and how long they took together, in ns.
 *
 * Tokens: b=HEX the next buffer; p=OFF:B a pointer to buffer B at OFF of the argument; q=A:OFF:B the same inside
 * buffer A; s=OFF:SIZE:SLOT the value of a slot into the argument; t=B:OFF:SIZE:SLOT into buffer B; d=OFF:MS the
 * absolute time MS milliseconds from now; k=OFF:SIZE:SLOT keeps a field of the answer in a slot.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MAX_BUFFERS 64
#define MAX_SLOTS 32
#define MAX_LINES 4096
#define MAX_ROWS 256

struct bytes {
	uint8_t *data;
	size_t size;
};

static int device = -1;
static uint64_t slots[MAX_SLOTS];
static uint8_t *mapping;
static int64_t calls, spent;

static int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ll + t.tv_nsec;
}

static struct bytes from_hex(const char *hex)
{
	struct bytes b = { 0 };
	size_t i;

	b.size = strlen(hex) / 2;
	/* With slack: a list may claim a larger argument than it gives. */
	b.data = calloc(1, b.size + 4096);
	for (i = 0; i < b.size; i++) {
		unsigned int byte = 0;

		sscanf(hex + 2 * i, "%2x", &byte);
		b.data[i] = byte;
	}
	return b;
}

static void print_hex(struct bytes b)
{
	size_t i;

	putchar(' ');
	if (b.size == 0)
		putchar('-');
	for (i = 0; i < b.size; i++)
		printf("%02x", b.data[i]);
}

static void do_ioctl(char *words, int print)
{
	struct bytes buffers[MAX_BUFFERS], arg = { 0 };
	unsigned int a, b, c, d, n = 0, request = strtoul(strtok(words, " "), NULL, 16);
	unsigned int keep[MAX_SLOTS][3], kept = 0;
	int64_t begin;
	int ret, error;
	char *token = strtok(NULL, " ");
	void *elsewhere = token[0] == '@' ? (void *)strtoul(token + 1, NULL, 16) : NULL;

	arg = from_hex(token[0] == '@' || token[0] == '-' ? "" : token);
	while ((token = strtok(NULL, " "))) {
		if (!strncmp(token, "b=", 2) && n < MAX_BUFFERS) {
			buffers[n++] = from_hex(token + 2);
		} else if (sscanf(token, "p=%u:%u", &a, &b) == 2) {
			uint64_t address = (uintptr_t)buffers[b].data;

			memcpy(arg.data + a, &address, 8);
		} else if (sscanf(token, "q=%u:%u:%u", &a, &b, &c) == 3) {
			uint64_t address = (uintptr_t)buffers[c].data;

			memcpy(buffers[a].data + b, &address, 8);
		} else if (sscanf(token, "s=%u:%u:%u", &a, &b, &c) == 3) {
			memcpy(arg.data + a, &slots[c], b);
		} else if (sscanf(token, "t=%u:%u:%u:%u", &a, &b, &c, &d) == 4) {
			memcpy(buffers[a].data + b, &slots[d], c);
		} else if (sscanf(token, "d=%u:%u", &a, &b) == 2) {
			int64_t deadline = now_ns() + b * 1000000ll;

			memcpy(arg.data + a, &deadline, 8);
		} else if (sscanf(token, "k=%u:%u:%u", &a, &b, &c) == 3) {
			keep[kept][0] = a;
			keep[kept][1] = b;
			keep[kept++][2] = c;
		}
	}
	errno = 0;
	begin = now_ns();
	ret = ioctl(device, request, elsewhere ? elsewhere : arg.data);
	error = errno;
	begin = now_ns() - begin;
	spent += begin;
	calls++;
	if (print) {
		printf("%d %d %lld", ret, error, (long long)(begin / 1000000));
		print_hex(arg);
		for (a = 0; a < n; a++)
			print_hex(buffers[a]);
		putchar('\n');
	}
	for (a = 0; a < kept; a++) {
		slots[keep[a][2]] = 0;
		memcpy(&slots[keep[a][2]], arg.data + keep[a][0], keep[a][1]);
	}
	for (a = 0; a < n; a++)
		free(buffers[a].data);
	free(arg.data);
}

static void do_mmap(char *words)
{
	size_t length = strtoull(strtok(words, " "), NULL, 0);
	int prot = atoi(strtok(NULL, " "));
	char *where = strtok(NULL, " ");
	uint64_t offset = where[0] == '@' ? slots[atoi(where + 1)] : strtoull(where, NULL, 0);

	errno = 0;
	mapping = mmap(NULL, length, prot, MAP_SHARED, device, offset);
	printf("%d %d 0 -\n", mapping == MAP_FAILED ? -1 : 0, mapping == MAP_FAILED ? errno : 0);
	if (mapping == MAP_FAILED)
		mapping = NULL;
}

static void do_line(char *line)
{
	char *rest = strchr(line, ' ');

	if (!rest)
		return;
	*rest++ = '\0';
	if (!strcmp(line, "call") || !strcmp(line, "setup")) {
		do_ioctl(rest, line[0] == 'c');
	} else if (!strcmp(line, "mmap")) {
		do_mmap(rest);
	} else if (!strcmp(line, "store")) {
		char *end;
		size_t at = strtoul(rest, &end, 0);
		uint64_t value = strtoull(end, NULL, 0);

		if (mapping)
			memcpy(mapping + at, &value, 8);
	} else if (!strcmp(line, "load")) {
		struct bytes b = { mapping ? mapping + strtoul(rest, NULL, 0) : NULL, mapping ? 8 : 0 };

		printf("0 0 0");
		print_hex(b);
		putchar('\n');
	} else if (!strcmp(line, "memfd")) {
		slots[atoi(rest)] = memfd_create("peer", MFD_CLOEXEC);
	} else if (!strcmp(line, "eventfd")) {
		slots[atoi(rest)] = eventfd(0, EFD_CLOEXEC);
	} else if (!strcmp(line, "poll")) {
		struct pollfd p = { .fd = slots[atoi(rest)], .events = POLLIN };

		printf("%d 0 0 -\n", poll(&p, 1, 200));
	}
}

struct row {
	int number, count;
	char *lines[MAX_LINES];
};

static struct row rows[MAX_ROWS];

static int read_rows(void)
{
	char *line = NULL;
	size_t size = 0;
	int n = 0;

	while (getline(&line, &size, stdin) > 0) {
		struct row *row = &rows[n > 0 ? n - 1 : 0];

		line[strcspn(line, "\n")] = '\0';
		if (!strncmp(line, "row ", 4) && n < MAX_ROWS)
			rows[n++].number = atoi(line + 4);
		else if (n > 0 && line[0] && row->count < MAX_LINES)
			row->lines[row->count++] = strdup(line);
	}
	free(line);
	return n;
}

static void do_row(const char *node, const struct row *row)
{
	int i;

	memset(slots, 0, sizeof(slots));
	device = open(node, O_RDWR | O_CLOEXEC);
	if (device < 0)
		printf("open %d\n", errno);
	for (i = 0; i < row->count; i++) {
		char *line = strdup(row->lines[i]);

		do_line(line);
		free(line);
	}
}

static void until_killed(int n, char **argv)
{
	unsigned int seed = strtoul(argv[2], NULL, 0);
	char next[16];
	int i;

	for (i = 0; i < 50; i++) {
		do_row(argv[1], &rows[rand_r(&seed) % n]);
		/* Half of the files are left to exec, and to the death of the process. */
		if (device >= 0 && i % 2)
			close(device);
	}
	lseek(0, 0, SEEK_SET);
	snprintf(next, sizeof(next), "%u", seed);
	execl(argv[0], argv[0], argv[1], next, (char *)NULL);
}

int main(int argc, char **argv)
{
	const char *node = argc > 1 ? argv[1] : "/dev/dri/renderD128";
	int n = read_rows(), i, status;

	if (n == 0)
		return 1;
	if (argc > 2 && !strcmp(argv[2], "time")) {
		for (i = 0; i < n; i++)
			do_row(node, &rows[i]);
		printf("%lld calls %lld ns\n", (long long)calls, (long long)spent);
		return 0;
	}
	if (argc > 2) {
		until_killed(n, argv);
		return 1;
	}
	for (i = 0; i < n; i++) {
		pid_t child;

		printf("row %d\n", rows[i].number);
		fflush(stdout);
		child = fork();
		if (child == 0) {
			alarm(20);
			do_row(node, &rows[i]);
			fflush(stdout);
			_exit(0);
		}
		waitpid(child, &status, 0);
		if (!WIFEXITED(status))
			printf("died %d\n", WTERMSIG(status));
		fflush(stdout);
	}
	return 0;
}
