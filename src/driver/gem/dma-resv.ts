import { Mutex } from '../../coroutine/op.ts';

/**
 * The reservation of a VM (struct dma_resv of its drm_gpuvm): a lock that a submission holds while it prepares what is
 * mapped, and that reclaim only tries for; and how many fences in it are not signalled.
 */
export class DmaResv {
  readonly lock = new Mutex('reservation_ww_class_mutex', 'dma_resv');
  /** Jobs of groups and asynchronous binds that are not done (DMA_RESV_USAGE_BOOKKEEP). */
  unsignaled = 0;

  /** dma_resv_add_fence(), of a job's fence: until remove(), nothing that the VM maps is reclaimed. */
  add(): void {
    this.unsignaled++;
  }

  /** The fence of a job that was counted is signalled. */
  remove(): void {
    this.unsignaled--;
  }
}
