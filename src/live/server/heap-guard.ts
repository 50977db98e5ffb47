import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { OpenFile } from './open-file.ts';

/** Calls between two looks at the heap; one that brings this many bytes counts for all of them. */
const CALLS = 256;
const BYTES_PER_CALL = 16384;
/** Parts of the heap: from the first on it is worth finding out how much of it is garbage, from the second on it is full. */
const LOOK = 0.7;
const FULL = 0.55;
/** Collecting garbage stops all clients for a second or so: not more often than this, ns. */
const COLLECT_NS = 5e9;

/**
 * Says when clients have made so much that the server's heap is nearly full. What the kernel keeps for a client is some
 * JavaScript objects here, so the limit is what they cost and not how many there are. Then those who have more than
 * their share get ENOMEM for what needs memory, and the others go on.
 */
export class HeapGuard {
  readonly #files: () => Iterable<OpenFile>;
  readonly #now: () => number;
  readonly #limit: number;
  #credit = CALLS;
  #full = false;
  #collected = Number.NEGATIVE_INFINITY;
  #collect: (() => void) | null = null;

  /** `limit`: bytes of heap; what V8 allows otherwise. */
  constructor(
    files: () => Iterable<OpenFile>,
    now: () => number,
    limit = getHeapStatistics().heap_size_limit,
  ) {
    this.#files = files;
    this.#now = now;
    this.#limit = limit;
  }

  /** Whether a call of `bytes` on `file` that needs memory is to fail. */
  refuses(file: OpenFile, bytes: number): boolean {
    this.#credit -= 1 + bytes / BYTES_PER_CALL;
    if (this.#credit <= 0) {
      this.#credit = CALLS;
      this.#full = this.#isFull();
    }
    return this.#full && this.#hasMoreThanItsShare(file);
  }

  #isFull(): boolean {
    if (getHeapStatistics().used_heap_size < LOOK * this.#limit) return false;
    const now = this.#now();
    if (now - this.#collected < COLLECT_NS) return this.#full;
    if (this.#collect === null) {
      setFlagsFromString('--expose-gc');
      this.#collect = runInNewContext('gc') as () => void;
    }
    this.#collect();
    this.#collected = this.#now();
    return getHeapStatistics().used_heap_size > FULL * this.#limit;
  }

  #hasMoreThanItsShare(file: OpenFile): boolean {
    let total = 0;
    let count = 0;
    for (const one of this.#files()) {
      total += weight(one);
      count++;
    }
    return weight(file) >= total / Math.max(count, 2);
  }
}

/** Handles of a file's VMs run from 1 to this (PANTHOR_MAX_VMS_PER_FILE). */
const MAX_VMS = 32;

/** About how many objects the server has for a file. */
function weight({ drm }: OpenFile): number {
  let vmas = 0;
  for (let id = 1; id <= MAX_VMS; id++) vmas += drm.vms.get(id)?.vmas.count ?? 0;
  return drm.bos.count + drm.syncobjs.count + 50 * drm.groups.count + vmas;
}
