// SPDX-License-Identifier: MIT
/*
 * What calls that the model answers do to objects of the tree's: syncobjs and buffer objects that go from file to file by
 * descriptors, and fences that the model signals.
 */
#include <drm/drm_syncobj.h>
#include <linux/dma-fence-chain.h>

struct outer_fence {
	struct dma_fence base;
	spinlock_t lock;
};

static const char *outer_name(struct dma_fence *fence)
{
	return "outer";
}

static const struct dma_fence_ops outer_ops = {
	.get_driver_name = outer_name,
	.get_timeline_name = outer_name,
};

/* The syncobj's next fence, or the fence of its point where `timeline`: in the results, for fence_signal(). */
static long fence_attach(unsigned long n, u32 handle, bool timeline, u64 point)
{
	struct drm_file *priv = file_of(n);
	struct drm_syncobj *syncobj = priv ? drm_syncobj_find(priv, handle) : NULL;
	struct dma_fence_chain *chain = NULL;
	struct outer_fence *fence;

	if (!syncobj)
		return -ENOENT;
	fence = kzalloc(sizeof(*fence), GFP_KERNEL);
	if (timeline)
		chain = dma_fence_chain_alloc();
	if (!fence || (timeline && !chain)) {
		kfree(fence);
		kfree(chain);
		drm_syncobj_put(syncobj);
		return -ENOMEM;
	}
	spin_lock_init(&fence->lock);
	dma_fence_init(&fence->base, &outer_ops, &fence->lock, dma_fence_context_alloc(1), 1);
	if (timeline)
		drm_syncobj_add_point(syncobj, chain, &fence->base, point);
	else
		drm_syncobj_replace_fence(syncobj, &fence->base);
	drm_syncobj_put(syncobj);
	mailbox.results[2] = (unsigned long)fence;
	return 0;
}

static long fence_signal(struct outer_fence *fence, int error)
{
	if (error)
		dma_fence_set_error(&fence->base, error);
	dma_fence_signal(&fence->base);
	dma_fence_put(&fence->base);
	return 0;
}

/*
 * hold(): the object of a handle, until drop(). give(): a handle of another file's for what is held, as an ioctl makes one of a
 * descriptor.
 */
#define GOES_FROM_FILE_TO_FILE(what, type, find, make_handle, put)			\
static long what##_hold(unsigned long n, u32 handle)					\
{											\
	struct drm_file *priv = file_of(n);						\
	struct type *held = priv ? find(priv, handle) : NULL;				\
											\
	mailbox.results[2] = (unsigned long)held;					\
	return held ? 0 : -ENOENT;							\
}											\
											\
static long what##_give(unsigned long n, struct type *held)				\
{											\
	struct drm_file *priv = file_of(n);						\
	u32 handle;									\
	long ret = priv ? make_handle(priv, held, &handle) : -EBADF;			\
											\
	mailbox.results[2] = ret ? 0 : handle;						\
	return ret;									\
}											\
											\
static long what##_drop(struct type *held)						\
{											\
	put(held);									\
	return 0;									\
}

GOES_FROM_FILE_TO_FILE(syncobj, drm_syncobj, drm_syncobj_find, drm_syncobj_get_handle, drm_syncobj_put)
GOES_FROM_FILE_TO_FILE(object, drm_gem_object, drm_gem_object_lookup, drm_gem_handle_create, drm_gem_object_put)

static long shared_call(unsigned long call, const unsigned long *args)
{
	switch (call) {
	case CALL_FENCE_ATTACH:
		return fence_attach(args[0], args[1], args[2], args[3]);
	case CALL_FENCE_SIGNAL:
		return fence_signal((void *)args[0], (int)args[1]);
	case CALL_SYNCOBJ_HOLD:
		return syncobj_hold(args[0], args[1]);
	case CALL_SYNCOBJ_GIVE:
		return syncobj_give(args[0], (void *)args[1]);
	case CALL_SYNCOBJ_DROP:
		return syncobj_drop((void *)args[0]);
	case CALL_OBJECT_HOLD:
		return object_hold(args[0], args[1]);
	case CALL_OBJECT_GIVE:
		return object_give(args[0], (void *)args[1]);
	case CALL_OBJECT_DROP:
		return object_drop((void *)args[0]);
	default:
		return -ENOSYS;
	}
}
