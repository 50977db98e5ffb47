// SPDX-License-Identifier: MIT
/* The tree's own panthor_drv.c, whole: its ioctls, and what opens and closes a file. Probing is panthor/init.c's. */
#include PANTHOR_DRV_C

const struct drm_driver *const tree_driver = &panthor_drm_driver;

/* Groups are the caller's (src/tree/replay/): a file has none here, and the calls that would make one are traps. */
int panthor_group_pool_create(struct panthor_file *pfile) { return 0; }
void panthor_group_pool_destroy(struct panthor_file *pfile) {}
