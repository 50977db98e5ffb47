/**
 * A scenario for the explorer, cut from a capture: the mappings around what some of its calls touch, as they are before the
 * first of these calls, and a thread for each call. Whether their order matters is then the explorer's to find out.
 */

import { hex } from '../../uapi/hex.ts';
import { mapFlagNames } from '../../uapi/map-flags.ts';
import {
  DRM_PANTHOR_SYNC_OP_SIGNAL,
  DRM_PANTHOR_VM_BIND_OP_MAP_SPARSE,
  DRM_PANTHOR_VM_BIND_OP_TYPE_MAP,
  DRM_PANTHOR_VM_BIND_OP_TYPE_SYNC_ONLY,
} from '../../uapi/panthor_drm.ts';
import { PAGE_SIZE } from '../../uapi/sizes.ts';
import type { CaptureRecord } from '../capture/record.ts';
import type { CaptureHistory } from '../history/capture-history.ts';
import type { Mapping, VmLife } from '../history/events.ts';
import { bindOfRecord, type RecordedBind } from './bind-of-record.ts';
import { sizeText, type TextOp } from './bind-text.ts';
import { subjectsOf } from './subjects.ts';

/** Why a call cannot be one of a race. */
export class RaceError extends Error {}

const BLOCK = 2 << 20;

/** One racing call: which it is, and what a thread of the scenario does for it. */
interface Racer {
  index: number;
  tid: number;
  vm: VmLife;
  bind: RecordedBind | null;
  /** Lines of a thread that is no bind. */
  calls: ((vm: string) => string)[];
  /** Addresses that it touches. Bytes. */
  ranges: [start: number, end: number][];
}

export class RaceCutter {
  readonly #history: CaptureHistory;
  readonly #racers: Racer[] = [];
  /** Mappings and slots before the first racing call; null until it comes. */
  #before: { mappings: Mapping[]; active: Set<VmLife> } | null = null;

  constructor(history: CaptureHistory) {
    this.#history = history;
  }

  /** To be called before the history plays the first racing call. */
  freeze(): void {
    const { mappings, slots } = this.#history;
    this.#before ??= {
      mappings: mappings.filter(({ removed }) => removed === null).map((one) => ({ ...one })),
      active: new Set(slots.filter(({ to }) => to === null).map(({ vm }) => vm)),
    };
  }

  /** One racing call. @throws RaceError */
  add(record: CaptureRecord): void {
    const about = subjectsOf(record);
    const [id] = about.vms;
    const find = (number: number | undefined): VmLife => {
      const vm = this.#history.vms.findLast(
        (one) =>
          one.fd === record.fd && (number === undefined || one.id === number) && one.destroyed === null,
      );
      if (vm === undefined)
        throw new RaceError(`record ${record.index} (${about.name}): of no VM that is there then`);
      return vm;
    };
    const base = { index: record.index, tid: record.tid, bind: null, ranges: [], calls: [] };
    const bind = bindOfRecord(record);
    if (bind !== null) {
      const ranges = bind.ops
        .filter(({ size }) => size > 0)
        .map(({ va, size }): [number, number] => [va, va + size]);
      this.#racers.push({ ...base, vm: find(id), bind, ranges });
    } else if (about.name === 'GROUP_SUBMIT') {
      const streams = about.ranges.map(([va]) => va - (va % PAGE_SIZE));
      const calls = [
        (vm: string) => `activate ${vm}`,
        ...streams.slice(0, 4).map((va) => (vm: string) => `read ${vm} ${hex(va)}`),
        (vm: string) => `idle ${vm}`,
      ];
      this.#racers.push({
        ...base,
        vm: find(undefined),
        calls,
        ranges: streams.map((va) => [va, va + PAGE_SIZE]),
      });
    } else if (about.name === 'VM_DESTROY') {
      this.#racers.push({ ...base, vm: find(id), calls: [(vm) => `ioctl destroy ${vm}`] });
    } else
      throw new RaceError(
        `record ${record.index} is ${about.name}: binds, submissions and VM_DESTROY can race`,
      );
  }

  /** The scenario's text. @throws RaceError */
  text(capture: string, kernel: string): string {
    const before = this.#before ?? { mappings: [], active: new Set<VmLife>() };
    const vms = [...new Set(this.#racers.map(({ vm }) => vm))];
    const name = (vm: VmLife): string => String.fromCharCode(65 + vms.indexOf(vm));
    const numbers = this.#racers.map(({ index }) => index);
    const setups = vms.map((vm) => {
      const ranges = this.#racers.filter((one) => one.vm === vm).flatMap((one) => one.ranges);
      const parts = before.mappings.flatMap((one) => (one.vm === vm ? clipped(one, ranges) : []));
      const lines = parts.map(mapLine);
      if (before.active.has(vm)) lines.push('activate');
      return { vm, parts, lines };
    });
    const threads = this.#racers.map((racer) => threadLines(racer, name(racer.vm)));
    const touched = this.#racers.find(({ bind, vm }) => bind !== null && before.active.has(vm));
    if (touched !== undefined && this.#racers.every(({ bind }) => bind !== null))
      threads.push('thread gpu', `  read ${name(touched.vm)} ${hex(touched.ranges[0][0])}`, '');
    return [
      `# cut from ${capture.replace(/\s+/g, ' ')}: VMs as they are before record ${Math.min(...numbers)}`,
      `about Records ${numbers.join(' and ')} of a capture, in every order.`,
      'check atomic stale-translation lock-agreement table-pages kernel-warning deadlock',
      `kernel ${kernel}`,
      `slots ${Math.max(vms.length, 1)}`,
      ...this.#objects(setups.flatMap(({ parts }) => parts)),
      '',
      ...setups.flatMap(({ vm, lines }) => [`vm ${name(vm)}`, ...lines.map((line) => `  ${line}`), '']),
      ...threads,
    ].join('\n');
  }

  /** Every object that is mapped, or that a racing call maps. */
  #objects(parts: readonly Part[]): string[] {
    const sizes = new Map<number, number>();
    for (const { handle, size } of parts) if (handle !== null) sizes.set(handle, size);
    for (const op of this.#racers.flatMap(({ bind }) => bind?.ops ?? [])) {
      if (op.bo === 0) continue;
      const object = this.#history.objects.findLast(({ handle }) => handle === op.bo);
      sizes.set(op.bo, Math.max(object?.size ?? 0, op.boOffset + op.size));
    }
    return [...sizes].map(
      ([handle, size]) => `object bo${handle} ${sizeText(Math.ceil(size / PAGE_SIZE) * PAGE_SIZE)}`,
    );
  }
}

interface Part {
  va: number;
  length: number;
  /** Null: sparse. */
  handle: number | null;
  offset: number;
  /** Of the whole object. */
  size: number;
  flags: string[];
}

/** The part of a mapping that shares a 2 MiB block with one of the ranges. */
function clipped(mapping: Mapping, ranges: readonly (readonly [number, number])[]): Part[] {
  const starts = ranges.map(([start]) => Math.floor(start / BLOCK) * BLOCK);
  const ends = ranges.map(([, end]) => Math.ceil(end / BLOCK) * BLOCK);
  const from = Math.max(mapping.va, Math.min(...starts));
  const to = Math.min(mapping.va + mapping.size, Math.max(...ends));
  if (to <= from) return [];
  const { object, boOffset, flags } = mapping;
  const names = mapFlagNames(flags).filter((one) => one !== 'SPARSE');
  return [
    {
      va: from,
      length: to - from,
      handle: object?.handle ?? null,
      offset: boOffset + (from - mapping.va),
      size: object?.size ?? 0,
      flags: names.map((one) => one.toLowerCase()),
    },
  ];
}

function mapLine({ va, length, handle, offset, flags }: Part): string {
  const what = handle === null ? 'sparse' : `map bo${handle}${offset === 0 ? '' : `+${hex(offset)}`}`;
  return [what, `at ${hex(va)} size ${sizeText(length)}`, ...flags].join(' ');
}

function threadLines({ index, tid, bind, calls }: Racer, vm: string): string {
  const lines = bind === null ? calls.map((call) => call(vm)) : [bindLine(bind, vm)];
  return [
    `# record ${index}, thread ${tid}`,
    `thread record-${index}`,
    ...lines.map((line) => `  ${line}`),
    '',
  ].join('\n');
}

function bindLine({ async, ops }: RecordedBind, vm: string): string {
  const real = ops.filter(({ flags }) => (flags & 0xf0000000) !== DRM_PANTHOR_VM_BIND_OP_TYPE_SYNC_ONLY);
  if (real.length === 0) throw new RaceError('a bind that only waits and signals changes nothing');
  const [first, ...rest] = real.map((op) => operation(op, vm));
  const more = rest.map((text) => text.replace(`${vm} `, ''));
  const signals = ops
    .flatMap(({ syncs }) => syncs)
    .filter(({ flags }) => (flags & DRM_PANTHOR_SYNC_OP_SIGNAL) !== 0);
  const fences = async ? [...new Set(signals.map(({ handle }) => `signal fence${handle}`))] : [];
  return [async ? 'ioctl async' : 'ioctl', [first, ...more].join(' ; '), ...fences].join(' ');
}

function operation({ flags, bo, boOffset, va, size }: TextOp, vm: string): string {
  const place = `at ${hex(va)} size ${sizeText(size)}`;
  if ((flags & 0xf0000000) !== DRM_PANTHOR_VM_BIND_OP_TYPE_MAP) return `unmap ${vm} ${place}`;
  const names = mapFlagNames(flags)
    .filter((one) => one !== 'SPARSE')
    .map((one) => one.toLowerCase());
  const sparse = (flags & DRM_PANTHOR_VM_BIND_OP_MAP_SPARSE) !== 0;
  const what = sparse ? `sparse ${vm}` : `map ${vm} bo${bo}${boOffset === 0 ? '' : `+${hex(boOffset)}`}`;
  return [what, place, ...names].join(' ');
}
