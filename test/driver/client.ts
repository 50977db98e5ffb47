/** A client of the driver, for tests: makes calls by name, with arguments as data (arguments.ts). */

import { run } from '../../src/coroutine/op.ts';
import { UserMemory } from '../../src/driver/base/uaccess.ts';
import { PanthorDevice } from '../../src/driver/device.ts';
import { gpuProfile } from '../../src/driver/gpu-profile.ts';
import { PanthorDrv } from '../../src/driver/ioctl/drv.ts';
import type { DrmFile, OpenOptions } from '../../src/driver/ioctl/file.ts';
import { kernel } from '../../src/driver/kernels.ts';
import { drmIoctls } from '../../uapi/drm.ts';
import type { IoctlSpec } from '../../uapi/ioctl.ts';
import type { StructLayout } from '../../uapi/layout.ts';
import { panthorIoctls } from '../../uapi/panthor_drm.ts';
import { ARG_ADDR, type Buffer, get, type Struct, UserLayout } from './ioctl/arguments.ts';

const specs = new Map<string, IoctlSpec>([...panthorIoctls, ...drmIoctls].map((one) => [one.shortName, one]));

/** The spec of a call by its short name (`VM_BIND`, `SYNCOBJ_WAIT`). */
export function spec(name: string): IoctlSpec {
  const found = specs.get(name);
  if (found === undefined) throw new Error(`no ioctl ${name}`);
  return found;
}

export interface TestClientOptions extends OpenOptions {
  kernel?: string;
  /** Behaviours to switch off and on. */
  without?: string[];
  with?: string[];
  /** A device that is there already. */
  of?: TestClient;
}

/** A device whose clock stands still unless it is moved, with one open file. */
export class TestClient {
  readonly drv: PanthorDrv;
  readonly file: DrmFile;
  /** CLOCK_MONOTONIC, ns. */
  readonly clock: { ns: number };
  /** User memory as the last call left it. */
  mem = new UserMemory();
  #addresses: ReadonlyMap<Buffer, number> = new Map();

  constructor(options: TestClientOptions = {}) {
    const clock = options.of?.clock ?? { ns: 1e9 };
    this.clock = clock;
    this.drv =
      options.of?.drv ??
      new PanthorDrv(
        new PanthorDevice({
          kernel: kernel(options.kernel ?? '7.2', options.with ?? [], options.without ?? []),
          gpu: gpuProfile('g610'),
          now: () => clock.ns,
        }),
      );
    this.file = run(this.drv.open(options));
  }

  /** Makes the call `name`: 0, -errno, or BLOCKED. */
  call(name: string, struct: Struct = {}, request = spec(name).request): number {
    const layout = new UserLayout();
    layout.argument(spec(name).arg, struct, (request >>> 16) & 0x3fff);
    // Of its own, since a call that blocks keeps it.
    this.mem = new UserMemory();
    for (const { addr, bytes } of layout.regions) this.mem.add(addr, bytes);
    this.#addresses = layout.addresses;
    return run(this.drv.ioctl(this.file, request, this.mem, ARG_ADDR));
  }

  /** A field of the argument as the last call left it. */
  out(name: string, path: string): number {
    return get(this.mem.view, this.mem.locate(ARG_ADDR, 1), spec(name).arg as StructLayout, path);
  }

  /** A call that has to succeed, and one output field. */
  make(name: string, struct: Struct, path: string): number {
    const ret = this.call(name, struct);
    if (ret !== 0) throw new Error(`${name} failed with ${ret}`);
    return this.out(name, path);
  }

  /** A buffer of the last call, as it is now. */
  buffer(buffer: Buffer): DataView {
    const addr = this.#addresses.get(buffer);
    if (addr === undefined) throw new Error('not a buffer of the last call');
    const at = this.mem.locate(addr, 1);
    return new DataView(this.mem.data.buffer, at);
  }

  close(): void {
    run(this.drv.release(this.file));
  }
}
