/** Where a warning came from, in the kernel's name for the function and a short name of ours for the reason. */
import { join } from 'node:path';
import { functionAt, readTreeFile, statementAt } from './source.ts';

/** By a sign in the warning's own statement, what it is about; the first that fits. */
const REASONS: readonly (readonly [RegExp, string])[] = [
  [/rsvd_page_tables\.ptr\s*>=/, 'reserve-overrun'],
  [/unmapped_sz != pgsize \* pgcount/, 'short-unmap'],
  [/!unmapped_sz/, 'no-progress'],
  [/iova < vm->locked_region\.start/, 'outside-locked-region'],
  [/start \+ size <= vm->locked_region\.start/, 'disjoint-lock'],
  [/WARN_ON\(&?[\w>.-]+, vm->locked_region\.size > 0\)/, 'locked-on-activate'],
  [/WARN\w*\([^)]*vm->locked_region\.size\)/, 'already-locked'],
  [/WARN_ON_ONCE\([^,]*, !\*size\)/, 'empty-region'],
  [/!lru_vm\b/, 'no-idle-vm'],
  [/alloc_mask & BIT\(0\)/, 'mcu-slot-taken'],
  [/WARN_ON\([^;]*panthor_mmu_as_disable\(/, 'disable-failed'],
  [/WARN_ON\([^;]*panthor_vm_unmap_range\(/, 'unmap-failed'],
  [/WARN_ON\([^;]*panthor_vm_unmap_pages\(/, 'undo-failed'],
  [/flags & DRM_PANTHOR_VM_BIND_OP_MAP_SPARSE/, 'sparse-kernel-map'],
  [/WARN_ON_ONCE\(&ptdev->base, ret\)/, 'map-failed'],
  [/partial large IOPTE/, 'partial-block'],
  [/GPU_IRQ_CLEAN_CACHES_COMPLETED/, 'flush-timeout'],
  [/GPU_IRQ_RESET_COMPLETED/, 'reset-already-pending'],
  [/!drm_mm_clean\(/, 'not-clean'],
  [/iaext/, 'address-out-of-range'],
];

/** Where the statement alone does not say it: by the function. */
const BY_FUNCTION: readonly (readonly [RegExp, string])[] = [
  [/^panthor_gpuva_sm_step_unmap$/, 'unmap-failed'],
  [/^_*arm_lpae\w*unmap/, 'not-mapped'],
  [/^_*arm_lpae_(init_pte|map)$/, 'already-mapped'],
];

export class Warnings {
  readonly #mirror: string;
  readonly #lines = new Map<string, string[]>();
  readonly #known = new Map<string, readonly [string, string]>();
  /** Every warning that was told so far, as "function: reason", with how often. */
  readonly counts = new Map<string, number>();

  /** `mirror`: the sources that were compiled. */
  constructor(mirror: string) {
    this.#mirror = mirror;
  }

  /**
   * The function and the reason of a warning in `file` at `line`. A reason that is not known is given as the statement
   * itself; what our own checks found comes with line 0 and its name in place of the file.
   */
  at(file: string, line: number): readonly [string, string] {
    if (line === 0) return ['', file];
    const key = `${file}:${line}`;
    let found = this.#known.get(key);
    if (found === undefined) {
      found = this.#look(file, line);
      this.#known.set(key, found);
    }
    return found;
  }

  /** The same of a warning that was given just now. */
  told(file: string, line: number): readonly [string, string] {
    const found = this.at(file, line);
    const key = found.join(': ');
    this.counts.set(key, (this.counts.get(key) ?? 0) + 1);
    return found;
  }

  #look(file: string, line: number): readonly [string, string] {
    let lines = this.#lines.get(file);
    if (lines === undefined) {
      lines = readTreeFile(this.#mirror, relative(this.#mirror, file)).split('\n');
      this.#lines.set(file, lines);
    }
    const where = functionAt(lines, line);
    const what = statementAt(lines, line);
    for (const [sign, reason] of REASONS) if (sign.test(what)) return [where, reason];
    for (const [sign, reason] of BY_FUNCTION) if (sign.test(where)) return [where, reason];
    return [where, what];
  }
}

/** Kbuild's names begin in the tree, ours with the mirror's path. */
function relative(mirror: string, file: string): string {
  const from = `${mirror}/`;
  const at = file.indexOf(from);
  return at >= 0 ? file.slice(at + from.length) : join('.', file);
}
