#include "files.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "channel.h"
#include "next.h"
#include "process.h"
#include "sys.h"

#define DRM_MAJOR 226
#define FDS 1024
/* Where a file's number has the process that saw it first. */
#define PID_SHIFT 20

/* struct drm_version and DRM_IOCTL_VERSION of drm.h */
struct version {
	int32_t major, minor, patchlevel;
	size_t name_length;
	char *name;
	size_t date_length;
	char *date;
	size_t desc_length;
	char *desc;
};
#define GET_VERSION _IOWR('d', 0, struct version)

static _Atomic uint64_t files[FDS];
static _Atomic uint32_t last;

static void announce(uint16_t kind, const void *body, size_t size)
{
	struct message m, reply;

	message_begin(&m);
	memcpy(message_grow(&m, size), body, size);
	if (channel_call(&m, kind, -1, 0, &reply) == 0)
		message_free(&reply, true);
	message_free(&m, false);
}

uint64_t files_of(int fd)
{
	char name[16] = "";
	struct version version = {.name_length = sizeof(name), .name = name};
	struct stat st;
	uint64_t file, none = 0;
	int saved = errno;

	if ((unsigned)fd >= FDS)
		return 0;
	file = atomic_load(&files[fd]);
	if (file != 0)
		return file;
	if (NEXT(fstat)(fd, &st) != 0 || !S_ISCHR(st.st_mode) || major(st.st_rdev) != DRM_MAJOR ||
	    NEXT(ioctl)(fd, GET_VERSION, &version) != 0 || version.name_length != 7 ||
	    memcmp(name, "panthor", 7) != 0) {
		errno = saved;
		return 0;
	}
	errno = saved;
	file = (uint64_t)own_pid() << PID_SHIFT | (atomic_fetch_add(&last, 1) + 1);
	if (!atomic_compare_exchange_strong(&files[fd], &none, file))
		return none; /* another thread was faster */
	struct wire_record_file seen = {
		.file = file,
		.major = version.major,
		.minor = version.minor,
		.patchlevel = version.patchlevel,
		.pid = (uint32_t)own_pid(),
		.node = minor(st.st_rdev),
	};

	announce(WIRE_RECORD_FILE, &seen, sizeof(seen));
	return file;
}

void files_copy(int from, int to)
{
	uint64_t file = (unsigned)from < FDS ? atomic_load(&files[from]) : 0;

	files_close(to);
	if ((unsigned)to < FDS)
		atomic_store(&files[to], file);
}

void files_close(int fd)
{
	struct wire_record_close gone = {0};

	if ((unsigned)fd >= FDS)
		return;
	gone.file = atomic_exchange(&files[fd], 0);
	/* What a child closes its parent still has. */
	if (gone.file == 0 || gone.file >> PID_SHIFT != (uint64_t)own_pid())
		return;
	for (int i = 0; i < FDS; i++) {
		if (atomic_load(&files[i]) == gone.file)
			return;
	}
	announce(WIRE_RECORD_CLOSE, &gone, sizeof(gone));
}
