/** The store of VMAs, thousands of them, against a plain sorted array. */
import { VmaStore } from '../../../../src/driver/mmu/vma-store.ts';
import { Rng } from '../../../../src/explore/search/rng.ts';

interface Entry {
  va: number;
  range: number;
  tag: number;
}

/** What of a sequence of cuts and fills in an address space of `slots` places goes wrong, or null. */
export function playVmaStore(seed: number, slots: number, operations: number): string | null {
  const rng = new Rng(seed);
  const store = new VmaStore();
  let naive: Entry[] = [];
  let tags = 0;
  for (let n = 0; n < operations; n++) {
    // First growing, then shrinking, then growing again, so that blocks of the list fill up, split, empty and go.
    const phase = Math.floor((n * 4) / operations) % 2;
    const start = rng.below(slots);
    const length = 1 + rng.below(phase === 0 ? 3 : Math.max(3, slots >> 5));
    const end = Math.min(slots, start + length);
    const fill = phase === 0 || rng.below(4) === 0;
    const wrong = cut(store, naive, start, end);
    if (wrong !== null) return `seed ${seed}, operation ${n}: ${wrong}`;
    naive = cutNaive(naive, start, end);
    if (fill) {
      const tag = tags++;
      store.insert(store.create(start, end - start, tag, tag * 2, tag & 15));
      naive.push({ va: start, range: end - start, tag });
      naive.sort((a, b) => a.va - b.va);
    }
    if (store.count !== naive.length)
      return `seed ${seed}, operation ${n}: ${store.count} of ${naive.length}`;
    const probe = rng.below(slots);
    const id = store.lookup(probe);
    const hit = naive.find((e) => e.va <= probe && probe < e.va + e.range);
    if ((id < 0 ? undefined : store.bo[id]) !== hit?.tag)
      return `seed ${seed}, operation ${n}: lookup of ${probe}`;
    if (n % 64 === 0 || n === operations - 1) {
      const all = compareAll(store, naive);
      if (all !== null) return `seed ${seed}, operation ${n}: ${all}`;
    }
  }
  return null;
}

/** Takes [start, end) out of the store the way split and merge does: with the cursor, part by part. */
function cut(store: VmaStore, naive: readonly Entry[], start: number, end: number): string | null {
  const first = naive.find((e) => e.va + e.range > start && e.va < end);
  let id = store.findFirst(start, end);
  if ((id < 0 ? undefined : store.va[id]) !== first?.va) return `findFirst(${start}, ${end})`;
  while (id >= 0 && store.va[id] < end) {
    const va = store.va[id];
    const last = va + store.range[id];
    const tag = store.bo[id];
    store.advance();
    const next = store.current();
    store.moveTo(id);
    store.removeAtCursor();
    if (va < start) store.insertAtCursor(store.create(va, start - va, tag, tag * 2, tag & 15));
    if (last > end) store.insertAtCursor(store.create(end, last - end, tag, tag * 2, tag & 15));
    store.release(id);
    if (store.current() !== next) return `the cursor is not at the VMA after ${va}`;
    id = next;
  }
  return null;
}

function cutNaive(naive: readonly Entry[], start: number, end: number): Entry[] {
  const left: Entry[] = [];
  for (const e of naive) {
    const last = e.va + e.range;
    if (last <= start || e.va >= end) left.push(e);
    else {
      if (e.va < start) left.push({ va: e.va, range: start - e.va, tag: e.tag });
      if (last > end) left.push({ va: end, range: last - end, tag: e.tag });
    }
  }
  return left;
}

function compareAll(store: VmaStore, naive: readonly Entry[]): string | null {
  const ids = store.ids();
  const walked: number[] = [];
  for (let id = store.begin(); id >= 0; id = store.current()) {
    walked.push(id);
    store.advance();
  }
  if (ids.length !== naive.length || walked.length !== naive.length) return 'wrong number of VMAs';
  for (let i = 0; i < ids.length; i++) {
    const { va, range, tag } = naive[i];
    const id = ids[i];
    if (walked[i] !== id) return `the cursor visits another VMA at ${va}`;
    if (store.va[id] !== va || store.range[id] !== range) return `VMA ${i} is not at ${va}`;
    if (store.bo[id] !== tag || store.boOffset[id] !== tag * 2 || store.flags[id] !== (tag & 15)) {
      return `VMA at ${va} has lost what was stored with it`;
    }
  }
  return null;
}
