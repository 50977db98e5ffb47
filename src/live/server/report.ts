import { errnoName } from '../../../uapi/errno.ts';
import type { PanthorDevice } from '../../driver/device.ts';
import type { DmaBuf } from '../../driver/gem/dma-buf.ts';
import type { SyncFile } from '../../driver/ioctl/fd-table.ts';
import type { StreamStats } from '../../firmware/job-runner.ts';
import type { LiveTreeSummary } from '../../tree/live/live-tree.ts';
import { nativeIoctls } from '../launch/native-tables.ts';
import type { Call } from './call.ts';
import type { Observer } from './observer.ts';
import { OpenFile } from './open-file.ts';
import { RefusalCount, type RefusedCalls, refusedText } from './refused-calls.ts';

const names = new Map(nativeIoctls.map((spec) => [(spec.type << 8) | spec.nr, spec.shortName]));

/** What is left of the clients' things when the server ends; all zero when every client is gone. */
export interface LeftOver {
  files: number;
  vms: number;
  objects: number;
}

/** What a server has seen, for `--report`. */
export interface LiveSummary {
  kernel: string;
  files: number;
  ioctls: { total: number; failed: number; by_name: Record<string, number> };
  mmaps: number;
  /** "VM_BIND EINVAL": how often. */
  errors: Record<string, number>;
  /** Why: function and field, where they are known. */
  refused: RefusedCalls[];
  warnings: Record<string, number>;
  bugs: number;
  left: LeftOver;
  streams: StreamStats;
  /** Of a kernel tree that answered in the place of the model. */
  tree?: LiveTreeSummary;
  /** The function of the tree's that the run has ended at, in a sentence. */
  trapped?: string;
  /** Why a recording ended before its time: then it is not whole. */
  record_error?: string;
}

/** Counts what clients ask and what they are told. */
export class LiveReport implements Observer {
  readonly wantsBefore = false;
  readonly #device: PanthorDevice;
  #files = 0;
  #total = 0;
  #failed = 0;
  #mmaps = 0;
  readonly #byName = new Map<string, number>();
  readonly #errors = new Map<string, number>();

  readonly #refusals: RefusalCount;

  constructor(device: PanthorDevice) {
    this.#device = device;
    this.#refusals = new RefusalCount();
  }

  opened(): void {
    this.#files++;
  }

  ioctl(on: OpenFile | DmaBuf | SyncFile, call: Call, ret: number): void {
    const code = call.request & 0xffff;
    this.#total++;
    const name = nameOf(code);
    this.#byName.set(name, (this.#byName.get(name) ?? 0) + 1);
    if (ret >= 0) return;
    this.#failed++;
    const error = `${name} ${errnoName(-ret)}`;
    this.#errors.set(error, (this.#errors.get(error) ?? 0) + 1);
    if (on instanceof OpenFile) this.#refusals.add(name, call, -ret, on.drm);
  }

  mmap(): void {
    this.#mmaps++;
  }

  released(): void {}

  summary(
    bugs: number,
    left: LeftOver,
    streams: StreamStats,
    recordError: string | null,
    played: { trapped: string | null; summary: LiveTreeSummary } | null = null,
  ): LiveSummary {
    return {
      kernel: this.#device.kernel.name,
      files: this.#files,
      ioctls: {
        total: this.#total,
        failed: this.#failed,
        by_name: Object.fromEntries(this.#byName),
      },
      mmaps: this.#mmaps,
      errors: Object.fromEntries(this.#errors),
      refused: this.#refusals.list(),
      warnings: Object.fromEntries(this.#device.warnings),
      bugs,
      left,
      streams,
      ...(played === null ? {} : { tree: played.summary }),
      ...(played === null || played.trapped === null ? {} : { trapped: played.trapped }),
      ...(recordError === null ? {} : { record_error: recordError }),
    };
  }
}

function nameOf(code: number): string {
  return names.get(code) ?? 'unknown';
}

/** The report as lines for people. */
export function reportText(s: LiveSummary): string {
  const calls = Object.entries(s.ioctls.by_name).sort((a, b) => b[1] - a[1]);
  const lines = [
    `kernel ${s.kernel}: ${s.ioctls.total} ioctls (${s.ioctls.failed} failed), ${s.mmaps} mmaps on ${s.files} open files`,
    ...calls.map(([name, count]) => `  ${String(count).padStart(8)}  ${name}`),
  ];
  for (const [what, count] of Object.entries(s.errors)) lines.push(`  ${what}: ${count} times`);
  for (const one of s.refused) lines.push(`  refused: ${refusedText(one)}`);
  for (const [what, count] of Object.entries(s.warnings))
    lines.push(`  the kernel would warn: ${what} (${count} times)`);
  const { instructions, unshaded, fatal, faults } = s.streams;
  if (instructions > 0) {
    const bad = fatal + faults === 0 ? '' : `, ${fatal} CS_FATAL, ${faults} CS_FAULT`;
    lines.push(`  streams: ${instructions} instructions, ${unshaded} of them work that was not done${bad}`);
  }
  const { files, vms, objects } = s.left;
  if (files + vms + objects > 0) lines.push(`  still there: ${files} files, ${vms} VMs, ${objects} objects`);
  if (s.tree !== undefined) lines.push(...treeLines(s.tree));
  return `${lines.join('\n')}\n`;
}

/** Calls shown that end otherwise on a tree. */
const SHOWN = 20;

function treeLines({ name, calls, calls_of_model, differences, out_of_step }: LiveTreeSummary): string[] {
  const sum = (counts: Record<string, number>): number => Object.values(counts).reduce((a, b) => a + b, 0);
  const lines = [`  ${name} answers ${sum(calls)} of these calls, the model ${sum(calls_of_model)}`];
  for (const { index, call, model, tree } of differences.slice(0, SHOWN))
    lines.push(`    call ${index}: ${call}: ${model} in the model, ${tree} on the tree`);
  if (differences.length > SHOWN) lines.push(`    … and ${differences.length - SHOWN} more`);
  if (out_of_step !== null)
    lines.push(`    from call ${out_of_step.index} on the model plays alone: ${out_of_step.why}`);
  return lines;
}
