import type { BufferSpec, NumberRef } from '../../uapi/ioctl.ts';
import { type Payload, type Region, readRef } from '../payload/payload.ts';

/** Below mmap_min_addr: nothing is ever mapped there. */
export const NOWHERE = 8n;

/** A pointer that was put elsewhere: where it stands, and what it was. */
export interface Moved {
  readonly bytes: Uint8Array;
  readonly offset: number;
  readonly before: bigint;
}

/**
 * Has the pointers of a payload lead to where its regions really lie; those that lead to no region lead nowhere. Only the
 * tables of uapi/ say what is a pointer.
 *
 * @param place copies of the regions and of the argument, in which pointers are changed
 * @param addressOf where such a copy begins
 * @returns what was changed, for restore()
 */
export function movePointers(
  payload: Payload,
  specs: readonly BufferSpec[],
  place: { root: Buffer; regions: readonly Buffer[] },
  addressOf: (copy: Buffer) => bigint,
): Moved[] {
  const moved: Moved[] = [];
  const seen = new Set<string>();
  const walk = (bytes: Uint8Array, all: readonly BufferSpec[], name: string): void => {
    for (const spec of all) {
      const { offset, size } = spec.pointer;
      if (offset + size > bytes.length || seen.has(`${name}+${offset}`)) continue;
      const before = readRef(bytes, spec.pointer);
      if (before === 0n) continue;
      seen.add(`${name}+${offset}`);
      const index = payload.regions.findIndex((one) => isInside(one, before));
      const copy = place.regions[index];
      const from = copy === undefined ? 0 : Number(before - payload.regions[index].address);
      write(bytes, offset, copy === undefined ? NOWHERE : addressOf(copy) + BigInt(from));
      moved.push({ bytes, offset, before });
      if (copy === undefined || spec.nested.length === 0) continue;
      const stride = number(bytes, spec.stride);
      if (stride === 0) continue;
      const count = Math.min(number(bytes, spec.count), Math.ceil((copy.length - from) / stride));
      for (let i = 0; i < count; i++) {
        const at = from + i * stride;
        walk(copy.subarray(at, at + stride), spec.nested, `${index}:${at}`);
      }
    }
  };
  walk(place.root, specs, 'argument');
  return moved;
}

/** Pointers are again what they were. */
export function restorePointers(moved: readonly Moved[]): void {
  for (const { bytes, offset, before } of moved) write(bytes, offset, before);
}

function isInside({ address, bytes }: Region, at: bigint): boolean {
  return at >= address && at < address + BigInt(bytes.length);
}

function number(bytes: Uint8Array, ref: NumberRef | number): number {
  return typeof ref === 'number' ? ref : Number(readRef(bytes, ref));
}

function write(bytes: Uint8Array, at: number, value: bigint): void {
  new DataView(bytes.buffer, bytes.byteOffset).setBigUint64(at, value, true);
}
