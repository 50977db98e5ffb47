/** Calls from words, as records: what a client would have passed to the kernel, and got back. */

import { encode, type Json } from '../../uapi/codec.ts';
import { DRM_IOCTL_GEM_CLOSE, drm_gem_close } from '../../uapi/drm.ts';
import type { StructLayout } from '../../uapi/layout.ts';
import {
  DRM_IOCTL_PANTHOR_BO_CREATE,
  DRM_IOCTL_PANTHOR_BO_SET_LABEL,
  DRM_IOCTL_PANTHOR_VM_BIND,
  DRM_IOCTL_PANTHOR_VM_CREATE,
  DRM_IOCTL_PANTHOR_VM_DESTROY,
  DRM_PANTHOR_BO_NO_MMAP,
  DRM_PANTHOR_BO_WB_MMAP,
  DRM_PANTHOR_VM_BIND_ASYNC,
  drm_panthor_bo_create,
  drm_panthor_bo_set_label,
  drm_panthor_sync_op,
  drm_panthor_vm_bind,
  drm_panthor_vm_bind_op,
  drm_panthor_vm_create,
  drm_panthor_vm_destroy,
} from '../../uapi/panthor_drm.ts';
import { PAGE_SIZE } from '../../uapi/sizes.ts';
import type { IoctlInit } from '../capture/record.ts';
import { CallTextError, parseHandle, parseOp, parseSize, type TextOp } from './bind-text.ts';

/** An ioctl without its moment and its result. */
export type TextCall = Pick<IoctlInit, 'request' | 'argIn' | 'argOut' | 'buffers'>;

/** Where user memory of calls from words lies; no client's. */
const USER = 0x7000_0000_0000;
/** What the kernel answers where VM_CREATE does not say: half of 48 bits. */
const DEFAULT_RANGE = 2 ** 47;
const BO_FLAGS: Readonly<Record<string, number>> = {
  nommap: DRM_PANTHOR_BO_NO_MMAP,
  wbmmap: DRM_PANTHOR_BO_WB_MMAP,
};

function plain(request: number, layout: StructLayout, before: Json, after: Json = before): TextCall {
  return { request, argIn: encode(layout, before), argOut: encode(layout, after), buffers: [] };
}

/** The call of a line, or null where its first word is that of no call. @throws CallTextError */
export function callOfLine(line: string): TextCall | null {
  const words = line.trim().split(/\s+/);
  switch (words[0]) {
    case 'map':
    case 'unmap':
    case 'sync':
      return bindCall(line, 0);
    case 'async':
      return bindCall(line.trim().slice('async'.length), DRM_PANTHOR_VM_BIND_ASYNC);
    case 'vm':
      return vmCreate(words.slice(1));
    case 'destroy':
      return plain(DRM_IOCTL_PANTHOR_VM_DESTROY, drm_panthor_vm_destroy, { id: only(words) });
    case 'bo':
      return boCreate(words.slice(1));
    case 'close':
      return plain(DRM_IOCTL_GEM_CLOSE, drm_gem_close, { handle: only(words) });
    case 'label':
      return labelCall(line);
    default:
      return null;
  }
}

function only(words: readonly string[]): number {
  if (words.length !== 2) throw new CallTextError(`'${words[0]} NUMBER' takes nothing else`);
  return parseHandle(words[1]);
}

/** `vm ID [range BYTES]` */
function vmCreate([id, word, range, ...rest]: readonly string[]): TextCall {
  if ((word !== undefined && word !== 'range') || rest.length > 0)
    throw new CallTextError("expected 'vm ID [range BYTES]'");
  const asked = word === undefined ? 0 : parseSize(range);
  const before = { user_va_range: asked };
  const after = { id: parseHandle(id), user_va_range: asked === 0 ? DEFAULT_RANGE : asked };
  return plain(DRM_IOCTL_PANTHOR_VM_CREATE, drm_panthor_vm_create, before, after);
}

/** `bo HANDLE size BYTES [vm ID] [nommap] [wbmmap]` */
function boCreate([handle, ...words]: readonly string[]): TextCall {
  const list = [...words];
  if (list.shift() !== 'size') throw new CallTextError("expected 'bo HANDLE size BYTES'");
  const size = parseSize(list.shift());
  let flags = 0;
  let vm = 0;
  while (list.length > 0) {
    const word = list.shift() as string;
    if (word === 'vm') vm = parseHandle(list.shift());
    else if (BO_FLAGS[word] !== undefined) flags |= BO_FLAGS[word];
    else throw new CallTextError(`'${word}' is one too many`);
  }
  const before = { size, flags, exclusive_vm_id: vm };
  const after = { ...before, size: Math.ceil(size / PAGE_SIZE) * PAGE_SIZE, handle: parseHandle(handle) };
  return plain(DRM_IOCTL_PANTHOR_BO_CREATE, drm_panthor_bo_create, before, after);
}

/** `label HANDLE "TEXT"`, the text as JSON writes it. */
function labelCall(line: string): TextCall {
  const match = /^\s*label\s+(\d+)\s+(".*")\s*$/.exec(line);
  if (match === null) throw new CallTextError('expected \'label HANDLE "TEXT"\'');
  let text: string;
  try {
    text = JSON.parse(match[2]) as string;
  } catch {
    throw new CallTextError(`${match[2]} is no string`);
  }
  const bytes = new TextEncoder().encode(`${text}\0`);
  const call = plain(DRM_IOCTL_PANTHOR_BO_SET_LABEL, drm_panthor_bo_set_label, {
    handle: parseHandle(match[1]),
    label: USER,
  });
  return { ...call, buffers: [{ addr: USER, in: bytes }] };
}

/** Operations of one VM, separated by `;`. */
function bindCall(text: string, flags: number): TextCall {
  const ops = text.split(';').map(parseOp);
  const { vm } = ops[0];
  if (ops.some((op) => op.vm !== vm)) throw new CallTextError('the operations of one call are of one VM');
  const stride = drm_panthor_vm_bind_op.size;
  const buffers: { addr: number; in: Uint8Array }[] = [];
  let next = USER + Math.ceil((ops.length * stride) / PAGE_SIZE) * PAGE_SIZE;
  const bytes = Buffer.concat(
    ops.map((op) => {
      const at = op.syncs.length > 0 ? next : 0;
      if (at !== 0) {
        const list = Buffer.concat(op.syncs.map((sync) => syncBytes(sync)));
        buffers.push({ addr: at, in: list });
        next += Math.ceil(list.length / PAGE_SIZE) * PAGE_SIZE;
      }
      return opBytes(op, at);
    }),
  );
  const argument = { vm_id: vm, flags, ops: { stride, count: ops.length, array: USER } };
  const call = plain(DRM_IOCTL_PANTHOR_VM_BIND, drm_panthor_vm_bind, argument);
  return { ...call, buffers: [{ addr: USER, in: bytes }, ...buffers] };
}

function opBytes({ flags, bo, boOffset, va, size, syncs }: TextOp, at: number): Uint8Array {
  return encode(drm_panthor_vm_bind_op, {
    flags: flags >>> 0,
    bo_handle: bo,
    bo_offset: boOffset,
    va,
    size,
    syncs: { stride: drm_panthor_sync_op.size, count: syncs.length, array: at },
  });
}

function syncBytes({ flags, handle, point }: TextOp['syncs'][0]): Uint8Array {
  return encode(drm_panthor_sync_op, { flags: flags >>> 0, handle, timeline_value: point });
}
