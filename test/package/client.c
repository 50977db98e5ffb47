/* The smallest client of a DRM device: opens the render node and asks for the driver's version. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

/* struct drm_version and DRM_IOCTL_VERSION of drm.h, for 64-bit machines. */
struct drm_version {
	int major, minor, patchlevel;
	unsigned long name_len;
	char *name;
	unsigned long date_len;
	char *date;
	unsigned long desc_len;
	char *desc;
};

int main(void)
{
	char name[16] = "";
	struct drm_version version = {.name = name, .name_len = sizeof(name) - 1};
	int fd = open("/dev/dri/renderD128", O_RDWR);

	if (fd < 0 || ioctl(fd, _IOWR('d', 0, struct drm_version), &version) != 0) {
		perror("renderD128");
		return 1;
	}
	printf("%s %d.%d\n", name, version.major, version.minor);
	return 0;
}
