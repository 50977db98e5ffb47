import { ENOSPC } from '../../../uapi/errno.ts';
import { PAGE_SIZE } from '../../../uapi/sizes.ts';
import { RenewedMap } from '../base/renewed-map.ts';
import type { GemObject } from './gem.ts';

/** DRM_FILE_PAGE_OFFSET_START and _SIZE of a 64-bit kernel, in bytes: objects are found above 4 GiB, in 1 TiB. */
const START = 0x100000000;
const SIZE = 0xfffff * 256 * PAGE_SIZE;

/**
 * The fake file offsets by which clients mmap() objects (struct drm_vma_offset_manager). Offsets whose low 32 bits are
 * zero are left out: there is an IGT test that takes them for "no offset", and on a real device the firmware's own
 * objects have them.
 */
export class MmapOffsets {
  readonly #byOffset = new RenewedMap<number, GemObject>();
  readonly #offsets = new RenewedMap<GemObject, number>();
  /** Freed ranges, by size. */
  readonly #free = new Map<number, number[]>();
  #brk = START;

  /** drm_gem_create_mmap_offset() and drm_vma_node_offset_addr(): the same offset each time, or -ENOSPC. */
  offsetOf(bo: GemObject): number {
    const known = this.#offsets.get(bo);
    if (known !== undefined) return known;
    const offset = this.#free.get(bo.size)?.pop() ?? this.#take(bo.size);
    if (offset < 0) return offset;
    this.#offsets.set(bo, offset);
    this.#byOffset.set(offset, bo);
    return offset;
  }

  /** The object that begins at `offset` (drm_vma_offset_exact_lookup_locked). */
  lookup(offset: number): GemObject | undefined {
    return this.#byOffset.get(offset);
  }

  /** Whether an object of `size` bytes can have an offset at all; larger ones cannot be created. */
  static fits(size: number): boolean {
    return size > 0 && size <= SIZE;
  }

  /** drm_gem_free_mmap_offset(). */
  forget(bo: GemObject): void {
    const offset = this.#offsets.size === 0 ? undefined : this.#offsets.get(bo);
    if (offset === undefined) return;
    this.#offsets.delete(bo);
    this.#byOffset.delete(offset);
    const list = this.#free.get(bo.size);
    if (list === undefined) this.#free.set(bo.size, [offset]);
    else list.push(offset);
  }

  #take(size: number): number {
    let offset = this.#brk;
    if (offset % 0x100000000 === 0) offset += PAGE_SIZE;
    if (offset + size > START + SIZE) return -ENOSPC;
    this.#brk = offset + size;
    return offset;
  }
}
