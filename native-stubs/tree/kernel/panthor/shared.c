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

/* The syncobj of a handle, held until syncobj_drop(). */
static long syncobj_hold(unsigned long n, u32 handle)
{
	struct drm_file *priv = file_of(n);
	struct drm_syncobj *syncobj = priv ? drm_syncobj_find(priv, handle) : NULL;

	mailbox.results[2] = (unsigned long)syncobj;
	return syncobj ? 0 : -ENOENT;
}

/* A handle of another file's for a syncobj that is held: what drm_syncobj_fd_to_handle() makes of a descriptor. */
static long syncobj_give(unsigned long n, struct drm_syncobj *syncobj)
{
	struct drm_file *priv = file_of(n);
	u32 handle;
	long ret = priv ? drm_syncobj_get_handle(priv, syncobj, &handle) : -EBADF;

	mailbox.results[2] = ret ? 0 : handle;
	return ret;
}

static long syncobj_drop(struct drm_syncobj *syncobj)
{
	drm_syncobj_put(syncobj);
	return 0;
}

/* The same for buffer objects. */
static long object_hold(unsigned long n, u32 handle)
{
	struct drm_file *priv = file_of(n);
	struct drm_gem_object *obj = priv ? drm_gem_object_lookup(priv, handle) : NULL;

	mailbox.results[2] = (unsigned long)obj;
	return obj ? 0 : -ENOENT;
}

static long object_give(unsigned long n, struct drm_gem_object *obj)
{
	struct drm_file *priv = file_of(n);
	u32 handle;
	long ret = priv ? drm_gem_handle_create(priv, obj, &handle) : -EBADF;

	mailbox.results[2] = ret ? 0 : handle;
	return ret;
}

static long object_drop(struct drm_gem_object *obj)
{
	drm_gem_object_put(obj);
	return 0;
}

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
