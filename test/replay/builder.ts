import { type CaptureHeader, CaptureRecord, type DeviceNode, setIoctl } from '../../src/capture/record.ts';
import type { BoLayout } from '../../src/driver/gem/sg.ts';
import { kernel } from '../../src/driver/kernels.ts';
import { Replayer } from '../../src/replay/replayer.ts';
import { encode, type Json } from '../../uapi/codec.ts';
import { drmIoctls } from '../../uapi/drm.ts';
import type { IoctlSpec } from '../../uapi/ioctl.ts';
import type { StructLayout } from '../../uapi/layout.ts';
import { panthorIoctls } from '../../uapi/panthor_drm.ts';

type Fields = Record<string, Json>;

/** What a call ends with, and what else it needs. */
export interface Outcome {
  fd?: number;
  /** The node that the file was opened as, where the recorder said so. */
  node?: DeviceNode;
  errno?: number;
  /** Bytes behind pointers, by address, and after the call where they changed. */
  buffers?: { addr: number; in: Uint8Array; out?: Uint8Array }[];
}

const specs = new Map<string, IoctlSpec>(
  [...drmIoctls, ...panthorIoctls].map((spec) => [spec.shortName, spec]),
);

/** A capture made up by a test: calls by their short names, with the fields before and after. */
export class History {
  readonly header: CaptureHeader;
  readonly records: CaptureRecord[] = [];
  #time = 0;

  constructor(header: Partial<CaptureHeader> = {}) {
    this.header = { arch: 'x', client: 'test', replies: 'stand-in', driver_version: '1.9.0', ...header };
  }

  /** `out` are the fields that the call changed. */
  call(name: string, input: Fields, out: Fields = {}, outcome: Outcome = {}): this {
    const spec = specs.get(name)!;
    const { fd = 3, node = null, errno = 0, buffers = [] } = outcome;
    const argIn = encode(spec.arg!, input);
    const argOut = encode(spec.arg!, { ...input, ...out });
    const ret = errno === 0 ? 0 : -1;
    const init = {
      timeNs: this.#time++,
      tid: 1,
      fd,
      node,
      request: spec.request,
      argIn,
      argOut,
      buffers,
      ret,
      errno,
    };
    return this.#add(setIoctl(new CaptureRecord(), init));
  }

  mmap(offset: number, length: number, ok = true, fd = 3): this {
    const [lengthHi, offsetHi] = [length, offset].map((n) => Math.floor(n / 2 ** 32));
    const halves = { lengthLo: length >>> 0, lengthHi, offsetLo: offset % 2 ** 32, offsetHi };
    const fields = { type: 'mmap' as const, timeNs: this.#time++, fd, prot: 3, flags: 1, ok };
    return this.#add(Object.assign(new CaptureRecord(), fields, halves));
  }

  close(fd = 3): this {
    return this.#add(
      Object.assign(new CaptureRecord(), { type: 'close' as const, timeNs: this.#time++, fd }),
    );
  }

  /** VM_BIND; operations as in drm_panthor_vm_bind_op, `syncs` as lists of drm_panthor_sync_op. */
  bind(vm: number, flags: number, ops: (Fields & { syncs?: Fields[] })[], outcome: Outcome = {}): this {
    const opLayout = layoutOf('VM_BIND');
    const buffers: NonNullable<Outcome['buffers']> = [];
    const array = ops.map(({ syncs = [], ...op }, i) => {
      const addr = 0x20000 + i * 0x1000;
      if (syncs.length > 0)
        buffers.push({ addr, in: concat(syncs.map((sync) => encode(syncLayout(), sync))) });
      return encode(opLayout, {
        ...op,
        syncs: syncs.length > 0 ? { stride: 16, count: syncs.length, array: addr } : { stride: 16 },
      });
    });
    buffers.unshift({ addr: 0x10000, in: concat(array) });
    const arg = { vm_id: vm, flags, ops: { stride: opLayout.size, count: ops.length, array: 0x10000 } };
    return this.call('VM_BIND', arg, {}, { ...outcome, buffers });
  }

  #add(record: CaptureRecord): this {
    record.index = this.records.length;
    this.records.push(record);
    return this;
  }

  play(kernelName = 'next', check = false, boLayout: BoLayout = 'contig2M'): Replayer {
    const replayer = new Replayer(this.header, { kernel: kernel(kernelName), check, boLayout });
    for (const record of this.records) replayer.step(record);
    replayer.finish();
    return replayer;
  }
}

function layoutOf(name: string): StructLayout {
  return specs.get(name)!.buffers[0].element!;
}

function syncLayout(): StructLayout {
  return specs.get('VM_BIND')!.buffers[0].nested[0].element!;
}

function concat(parts: Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

/** Little-endian u32s and u64s, as arrays of handles and points are. */
export function words(bytes: 4 | 8, ...values: number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(bytes * values.length));
  values.forEach((value, i) => {
    if (bytes === 4) view.setUint32(4 * i, value, true);
    else view.setBigUint64(8 * i, BigInt(value), true);
  });
  return new Uint8Array(view.buffer);
}
