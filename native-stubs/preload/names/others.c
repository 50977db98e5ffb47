#include "others.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "read-text.h"
#include "sys.h"

/* Columns of /proc/net/unix, from 0. */
#define INODE_COLUMN 6
#define NAME_COLUMN 7

/* One line: its inode, and its name as far as there is room. False at the end. */
static bool next_line(struct text *t, unsigned long *inode, char *name, size_t room)
{
	unsigned column = 0;
	size_t used = 0;
	int last = ' ', c;

	*inode = 0;
	while ((c = next_char(t)) >= 0 && c != '\n') {
		if (column < NAME_COLUMN && c == ' ' && last != ' ')
			column++;
		last = c;
		if (column == INODE_COLUMN && c >= '0' && c <= '9')
			*inode = *inode * 10 + (unsigned long)(c - '0');
		if (column == NAME_COLUMN && used + 1 < room && (used > 0 || c != ' '))
			name[used++] = (char)c;
	}
	name[used] = '\0';
	return c >= 0;
}

/* The name that a unix socket is bound to, as every process may read it; empty where it has none. */
static void name_of_socket(unsigned long inode, char *name, size_t room)
{
	struct text t = {.fd = (int)SYS_4(SYS_openat, AT_FDCWD, "/proc/net/unix", O_RDONLY | O_CLOEXEC, 0)};
	unsigned long found;
	bool more = t.fd >= 0;

	name[0] = '\0';
	while (more) {
		more = next_line(&t, &found, name, room);
		if (found == inode)
			break;
		name[0] = '\0';
	}
	if (t.fd >= 0)
		sys_close(t.fd);
}

struct identity identity_of_path(const struct path *p)
{
	const struct identity other = {.kind = FILE_OTHER};
	static const char socket[] = "socket:[";
	char link[64], target[64], name[OUR_PATH_MAX];
	long n;

	if (p->pid == 0)
		return identify(p->fd);
	snprintf(link, sizeof(link), "/proc/%d/fd/%d", p->pid, p->fd);
	n = SYS_4(SYS_readlinkat, AT_FDCWD, link, target, sizeof(target) - 1);
	if (n <= 0)
		return other;
	target[n] = '\0';
	if (strncmp(target, socket, sizeof(socket) - 1) != 0)
		return other;
	name_of_socket(strtoul(target + sizeof(socket) - 1, NULL, 10), name, sizeof(name));
	return identity_of_name(name);
}
