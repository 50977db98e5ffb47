/**
 * A client of the driver, for tests: makes calls by name with their fields as numbers, from the uAPI tables. User memory
 * is one UserMemory, reset before each call.
 */
import { PanthorDevice } from '../../src/driver/device.ts';
import { PanthorDrv } from '../../src/driver/drv.ts';
import type { DrmFile, OpenOptions } from '../../src/driver/file.ts';
import { gpuProfile } from '../../src/driver/gpu-profile.ts';
import { run } from '../../src/driver/interleave.ts';
import { kernel } from '../../src/driver/kernels.ts';
import { UserMemory } from '../../src/driver/uaccess.ts';
import { drmIoctls } from '../../uapi/drm.ts';
import type { IoctlSpec } from '../../uapi/ioctl.ts';
import { fieldAt, type StructLayout } from '../../uapi/layout.ts';
import { panthorIoctls } from '../../uapi/panthor_drm.ts';

/** Where arguments and buffers of a call lie in user space. */
export const ARG_ADDR = 0x7fff0000;
const BUFFER_ADDR = 0x10000000;

export type Value = number | bigint;
/** Fields by name or path (`ops.count`); elements of C arrays cannot be named. */
export interface Fields {
  readonly [path: string]: Value | undefined;
}

const specs = new Map<string, IoctlSpec>(
  [...panthorIoctls, ...drmIoctls].map((spec) => [spec.shortName, spec]),
);

/** The spec of a call by its short name (`VM_BIND`, `SYNCOBJ_WAIT`). */
export function spec(name: string): IoctlSpec {
  const found = specs.get(name);
  if (found === undefined) throw new Error(`no ioctl ${name}`);
  return found;
}

/** Writes fields into the struct at `at`. */
export function put(view: DataView, at: number, layout: StructLayout, fields: Fields): void {
  for (const [path, value] of Object.entries(fields)) {
    if (value === undefined) continue;
    const { field, offset } = fieldAt(layout, path);
    if (field.size === 8) view.setBigUint64(at + offset, BigInt.asUintN(64, BigInt(value)), true);
    else if (field.size === 4) view.setUint32(at + offset, Number(value) >>> 0, true);
    else view.setUint8(at + offset, Number(value));
  }
}

/** Reads one field of the struct at `at`; signed where the table says so. */
export function get(view: DataView, at: number, layout: StructLayout, path: string): number {
  const { field, offset } = fieldAt(layout, path);
  if (field.size === 8) return Number(view.getBigUint64(at + offset, true));
  if (field.size === 1) return view.getUint8(at + offset);
  return field.type === 's32' ? view.getInt32(at + offset, true) : view.getUint32(at + offset, true);
}

export interface TestClientOptions extends OpenOptions {
  kernel?: string;
  /** Clock, ns; stands still at 1 s unless `clock.ns` is moved. */
  drv?: PanthorDrv;
}

/** A device with one open file, and what is needed to talk to it. */
export class TestClient {
  readonly drv: PanthorDrv;
  readonly file: DrmFile;
  readonly mem = new UserMemory();
  readonly clock: { ns: number };
  #next = BUFFER_ADDR;
  #arg = 0;

  constructor(options: TestClientOptions = {}) {
    const clock = { ns: 1e9 };
    const device = () =>
      new PanthorDevice({
        kernel: kernel(options.kernel ?? '7.2'),
        gpu: gpuProfile('g610'),
        now: () => clock.ns,
      });
    this.clock = clock;
    this.drv = options.drv ?? new PanthorDrv(device());
    this.file = run(this.drv.open(options));
  }

  /** Another open file of the same device. */
  another(options: OpenOptions = {}): TestClient {
    const other = new TestClient({ ...options, drv: this.drv });
    Object.assign(other.clock, this.clock);
    return other;
  }

  /** Forgets the buffers of the last call. */
  begin(): this {
    this.mem.reset();
    this.#next = BUFFER_ADDR;
    return this;
  }

  /** A buffer of these bytes; returns its user address. */
  bytes(bytes: Uint8Array): number {
    const addr = this.#next;
    this.#next += Math.ceil(bytes.length / 4096) * 4096 + 4096;
    this.mem.add(addr, bytes);
    return addr;
  }

  /** A NUL-terminated string. */
  text(text: string): number {
    return this.bytes(new TextEncoder().encode(`${text}\0`));
  }

  /** An array of structs, `stride` bytes each. */
  array(layout: StructLayout, elements: readonly Fields[], stride = layout.size): number {
    const bytes = new Uint8Array(stride * elements.length);
    const view = new DataView(bytes.buffer);
    elements.forEach((fields, i) => {
      put(view, i * stride, layout, fields);
    });
    return this.bytes(bytes);
  }

  u32s(...values: number[]): number {
    return this.bytes(new Uint8Array(Uint32Array.from(values).buffer));
  }

  u64s(...values: Value[]): number {
    return this.bytes(new Uint8Array(BigUint64Array.from(values.map(BigInt)).buffer));
  }

  /** Makes the call `name`; buffers that `fields` point to were made since begin(). */
  call(name: string, fields: Fields = {}, request = spec(name).request): number {
    const layout = spec(name).arg;
    const size = (request >>> 16) & 0x3fff;
    const full = new Uint8Array(Math.max(size, layout?.size ?? 0));
    if (layout !== null) put(new DataView(full.buffer), 0, layout, fields);
    this.#arg = this.mem.add(ARG_ADDR, full.subarray(0, size));
    return run(this.drv.ioctl(this.file, request, this.mem, ARG_ADDR));
  }

  /** begin() and call() in one, for calls without buffers. */
  simple(name: string, fields: Fields = {}): number {
    return this.begin().call(name, fields);
  }

  /** A field of the argument as the last call left it. */
  out(name: string, path: string): number {
    return get(this.mem.view, this.#arg, spec(name).arg as StructLayout, path);
  }

  /** simple(), which has to succeed, and one output field. */
  made(name: string, fields: Fields, path: string): number {
    const ret = this.simple(name, fields);
    if (ret !== 0) throw new Error(`${name} failed with ${ret}`);
    return this.out(name, path);
  }

  /** An output buffer, as the last call left it. */
  buffer(addr: number, size: number): DataView {
    const at = this.mem.locate(addr, size);
    return new DataView(this.mem.data.buffer, at, size);
  }
}
