/** Operations of a VM_BIND as words: `map 1@0x10000000 bo 1+0 size 64K readonly signal 3`. */
import { hex } from '../../uapi/hex.ts';
import {
  DRM_PANTHOR_SYNC_OP_HANDLE_TYPE_TIMELINE_SYNCOBJ,
  DRM_PANTHOR_SYNC_OP_SIGNAL,
  DRM_PANTHOR_VM_BIND_OP_MAP_NOEXEC,
  DRM_PANTHOR_VM_BIND_OP_MAP_READONLY,
  DRM_PANTHOR_VM_BIND_OP_MAP_SPARSE,
  DRM_PANTHOR_VM_BIND_OP_MAP_UNCACHED,
  DRM_PANTHOR_VM_BIND_OP_TYPE_MAP,
  DRM_PANTHOR_VM_BIND_OP_TYPE_SYNC_ONLY,
  DRM_PANTHOR_VM_BIND_OP_TYPE_UNMAP,
} from '../../uapi/panthor_drm.ts';

/** One fence that an operation waits for or signals; `point` is 0 for binary objects. */
export interface TextSync {
  flags: number;
  handle: number;
  point: number;
}

export interface TextOp {
  vm: number;
  flags: number;
  bo: number;
  boOffset: number;
  va: number;
  size: number;
  syncs: TextSync[];
}

export class CallTextError extends Error {}

const FLAGS: readonly [name: string, bit: number][] = [
  ['readonly', DRM_PANTHOR_VM_BIND_OP_MAP_READONLY],
  ['noexec', DRM_PANTHOR_VM_BIND_OP_MAP_NOEXEC],
  ['uncached', DRM_PANTHOR_VM_BIND_OP_MAP_UNCACHED],
];
const UNITS: readonly [suffix: string, bytes: number][] = [
  ['G', 2 ** 30],
  ['M', 2 ** 20],
  ['K', 2 ** 10],
];

/** 64K, 2M, 0x1800. Bytes. */
export function sizeText(bytes: number): string {
  for (const [suffix, unit] of UNITS) if (bytes > 0 && bytes % unit === 0) return `${bytes / unit}${suffix}`;
  return hex(bytes);
}

/** A number of bytes: decimal or hex, with K, M or G behind. @throws CallTextError */
export function parseSize(text: string | undefined): number {
  const match = /^(0x[0-9a-f]{1,12}|\d{1,15})([KMG]?)$/i.exec(text ?? '');
  if (match === null) throw new CallTextError(`'${text ?? ''}' is no number of bytes, as 64K or 0x10000`);
  const unit = UNITS.find(([suffix]) => suffix === match[2].toUpperCase())?.[1] ?? 1;
  return Number(match[1]) * unit;
}

export function opText({ vm, flags, bo, boOffset, va, size, syncs }: TextOp): string {
  const type = flags & 0xf0000000;
  const place = `${vm}@${hex(va)}`;
  const words: string[] = [];
  if (type === DRM_PANTHOR_VM_BIND_OP_TYPE_UNMAP) words.push('unmap', place, 'size', sizeText(size));
  else if (type === DRM_PANTHOR_VM_BIND_OP_TYPE_SYNC_ONLY) words.push('sync', `${vm}`);
  else if ((flags & DRM_PANTHOR_VM_BIND_OP_MAP_SPARSE) !== 0)
    words.push('map', place, 'sparse', 'size', sizeText(size));
  else
    words.push(
      'map',
      place,
      'bo',
      `${bo}+${sizeText(boOffset).replace(/^0x0$/, '0')}`,
      'size',
      sizeText(size),
    );
  for (const [name, bit] of FLAGS) if ((flags & bit) !== 0) words.push(name);
  for (const { flags: how, handle, point } of syncs) {
    const timeline = (how & 0xff) === DRM_PANTHOR_SYNC_OP_HANDLE_TYPE_TIMELINE_SYNCOBJ;
    words.push(
      (how & DRM_PANTHOR_SYNC_OP_SIGNAL) !== 0 ? 'signal' : 'wait',
      timeline ? `${handle}:${point}` : `${handle}`,
    );
  }
  return words.join(' ');
}

/** Reads what opText() writes. @throws CallTextError */
export function parseOp(text: string): TextOp {
  const words = text.trim().split(/\s+/);
  const verb = words.shift();
  const op: TextOp = { vm: 0, flags: 0, bo: 0, boOffset: 0, va: 0, size: 0, syncs: [] };
  if (verb === 'sync') {
    op.flags = DRM_PANTHOR_VM_BIND_OP_TYPE_SYNC_ONLY;
    op.vm = parseHandle(words.shift());
  } else {
    const place = /^(\d+)@(0x[0-9a-f]{1,16})$/i.exec(words.shift() ?? '');
    if (place === null) throw new CallTextError('expected VM@ADDRESS, as 1@0x10000000');
    op.vm = Number(place[1]);
    op.va = Number(place[2]);
    if (verb === 'map') {
      op.flags = DRM_PANTHOR_VM_BIND_OP_TYPE_MAP;
      parseObject(words, op);
    } else op.flags = DRM_PANTHOR_VM_BIND_OP_TYPE_UNMAP;
    if (words.shift() !== 'size') throw new CallTextError("'size BYTES' is missing");
    op.size = parseSize(words.shift());
  }
  while (words.length > 0) parseRest(words, op);
  return op;
}

function parseObject(words: string[], op: TextOp): void {
  const word = words.shift();
  if (word === 'sparse') {
    op.flags |= DRM_PANTHOR_VM_BIND_OP_MAP_SPARSE;
    return;
  }
  const [handle, offset = '0'] = words.shift()?.split('+') ?? [];
  if (word !== 'bo') throw new CallTextError("expected 'bo HANDLE+OFFSET' or 'sparse'");
  op.bo = parseHandle(handle);
  op.boOffset = parseSize(offset);
}

function parseRest(words: string[], op: TextOp): void {
  const word = words.shift();
  const bit = FLAGS.find(([name]) => name === word)?.[1];
  if (bit !== undefined) {
    op.flags |= bit;
    return;
  }
  if (word !== 'wait' && word !== 'signal') throw new CallTextError(`'${word}' is one too many`);
  const [handle, point] = words.shift()?.split(':') ?? [];
  op.syncs.push({
    flags:
      (word === 'signal' ? DRM_PANTHOR_SYNC_OP_SIGNAL : 0) |
      (point === undefined ? 0 : DRM_PANTHOR_SYNC_OP_HANDLE_TYPE_TIMELINE_SYNCOBJ),
    handle: parseHandle(handle),
    point: point === undefined ? 0 : parseSize(point),
  });
}

/** A handle or id. @throws CallTextError */
export function parseHandle(text: string | undefined): number {
  if (!/^\d{1,10}$/.test(text ?? '') || Number(text) >= 2 ** 32)
    throw new CallTextError(`'${text ?? ''}' is no handle`);
  return Number(text);
}
