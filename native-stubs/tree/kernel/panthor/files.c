// SPDX-License-Identifier: MIT
/*
 * Files that clients have open, and their calls, which enter the tree's own drm_ioctl(): from there on the tables of
 * drm_ioctl.c and panthor_drv.c say what is called.
 */
#include <linux/dma-buf.h>
#include <drm/drm_auth.h>
#include <drm/drm_ioctl.h>

struct drm_file *drm_file_alloc(struct drm_minor *minor);
void drm_file_free(struct drm_file *priv);
int drm_master_open(struct drm_file *priv);
extern unsigned long client_capabilities;
extern long long now_ns;

#define MAX_OPEN 1024
/* By the number that the caller knows them by; 0 is the file of vectors and scenarios, which no client has. */
static struct file *opened[MAX_OPEN] KEPT;
static struct drm_minor minors[2];

/* drm_dev_register(), as far as an open needs it. */
static void init_nodes(struct drm_device *drm)
{
	memset(opened, 0, sizeof(opened));
	minors[0] = (struct drm_minor){ .type = DRM_MINOR_RENDER, .dev = drm, .kdev = gpu_device };
	minors[1] = (struct drm_minor){ .type = DRM_MINOR_PRIMARY, .dev = drm, .kdev = gpu_device };
	drm->render = &minors[0];
	drm->primary = &minors[1];
	give_tasks_a_process();
}

static struct drm_file *file_of(unsigned long n)
{
	if (n == 0)
		return file;
	return n < MAX_OPEN && opened[n] ? opened[n]->private_data : NULL;
}

/* The new file's number. */
static long file_open(bool primary)
{
	struct drm_file *priv;
	struct file *filp;
	unsigned int n = 1;
	long ret;

	while (n < MAX_OPEN && opened[n])
		n++;
	if (n == MAX_OPEN)
		trap("more than 1023 files at a time");
	filp = kzalloc(sizeof(*filp), GFP_KERNEL);
	if (!filp)
		return -ENOMEM;
	priv = drm_file_alloc(&minors[primary]);
	ret = PTR_ERR_OR_ZERO(priv);
	if (!ret && primary) {
		ret = drm_master_open(priv);
		if (ret)
			drm_file_free(priv);
	}
	if (ret) {
		kfree(filp);
		return ret;
	}
	filp->private_data = priv;
	priv->filp = filp;
	list_add(&priv->lhead, &ptdev->base.filelist);
	journal_memory(&opened[n], sizeof(opened[n]));
	opened[n] = filp;
	return n;
}

static long file_release(unsigned long n)
{
	struct drm_file *priv = n ? file_of(n) : NULL;

	if (!priv)
		return -EBADF;
	list_del(&priv->lhead);
	drm_file_free(priv);
	kfree(opened[n]);
	journal_memory(&opened[n], sizeof(opened[n]));
	opened[n] = NULL;
	return 0;
}

/* The VM that the client's struct at `arg` was told of gets a number, and tells what is done to it. */
static void know_vm(struct drm_file *priv, unsigned long arg)
{
	struct panthor_file *client = priv->driver_priv;
	struct drm_panthor_vm_create made;

	if (!copy_from_user(&made, (void __user *)arg, sizeof(made)))
		add_vm(xa_load(&client->vms->xa, made.id), made.id);
}

/* args: file, request, address of the argument, capabilities as bits, CLOCK_MONOTONIC in ns. */
static long file_ioctl(const unsigned long *args)
{
	struct drm_file *priv = args[0] ? file_of(args[0]) : NULL;
	long ret;

	if (!priv)
		return -EBADF;
	client_capabilities = args[3];
	now_ns = args[4];
	clear_thread_flag(TIF_SIGPENDING);
	ret = drm_ioctl(priv->filp, args[1], args[2]);
	if (ret == 0 && _IOC_NR(args[1]) == DRM_COMMAND_BASE + DRM_PANTHOR_VM_CREATE)
		know_vm(priv, args[2]);
	return ret;
}

/* args: file, request, address of the argument, address of a pointer in it, how far that goes on each time, how many times. */
static long file_repeat(const unsigned long *args)
{
	struct drm_file *priv = args[0] ? file_of(args[0]) : NULL;
	u64 pointer;

	if (!priv || copy_from_user(&pointer, (void __user *)args[3], sizeof(pointer)))
		return -EINVAL;
	for (unsigned long i = 0; i < args[5]; i++, pointer += args[4]) {
		long ret = copy_to_user((void __user *)args[3], &pointer, sizeof(pointer));

		ret = ret ? -EFAULT : drm_ioctl(priv->filp, args[1], args[2]);
		if (ret)
			return ret;
	}
	return 0;
}

/* The pages of an object are those that were given last, and it is known by a number. Handle 0 is the sparse maps' object. */
static long object_back(unsigned long n, u32 handle, unsigned long number)
{
	struct drm_file *priv = file_of(n);
	struct drm_gem_object *obj = priv && handle ? drm_gem_object_lookup(priv, handle) : NULL;
	long ret = -EINVAL;

#ifdef HAVE_SPARSE
	if (priv && !handle) {
		obj = dummy_of(priv->driver_priv);
		if (obj)
			drm_gem_object_get(obj);
	}
#endif
	if (obj && obj->filp)
		ret = back_file(obj->filp, number);
	else if (obj && obj->import_attach)
		/* It has both from the start on. */
		ret = 0;
	if (obj)
		drm_gem_object_put(obj);
	return ret;
}

/*
 * The handle of an object that stands for another device's buffer, known by a number: what drm_gem_prime_import_dev() does
 * once the buffer is attached and mapped, and drm_gem_prime_fd_to_handle() after it.
 */
static long object_import(unsigned long n, u64 size, unsigned long number)
{
	struct drm_file *priv = file_of(n);
	struct dma_buf_attachment *attach;
	struct drm_gem_object *obj;
	struct sg_table *sgt;
	u32 handle;
	long ret;

	if (!priv)
		return -EBADF;
	attach = foreign_buffer(size, number, &sgt);
	if (IS_ERR(attach))
		return PTR_ERR(attach);
	obj = tree_driver->gem_prime_import_sg_table(&ptdev->base, attach, sgt);
	if (IS_ERR(obj)) {
		struct dma_buf *buf = attach->dmabuf;

		dma_buf_unmap_attachment_unlocked(attach, sgt, DMA_BIDIRECTIONAL);
		dma_buf_detach(buf, attach);
		dma_buf_put(buf);
		return PTR_ERR(obj);
	}
	obj->import_attach = attach;
	obj->resv = attach->dmabuf->resv;
	ret = drm_gem_handle_create(priv, obj, &handle);
	drm_gem_object_put(obj);
	return ret ? ret : handle;
}

/* What probing would have read: struct drm_panthor_gpu_info and struct drm_panthor_csif_info at user addresses. */
static long describe_gpu(const unsigned long *args)
{
	if (copy_from_user(&ptdev->gpu_info, (void __user *)args[0], min(args[1], sizeof(ptdev->gpu_info))) ||
	    copy_from_user(&ptdev->csif_info, (void __user *)args[2], min(args[3], sizeof(ptdev->csif_info))))
		return -EFAULT;
	return 0;
}
