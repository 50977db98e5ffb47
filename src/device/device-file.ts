import { constants, readdirSync } from 'node:fs';
import { decode, encode, type Json, type JsonObject } from '../../uapi/codec.ts';
import { DRM_IOCTL_VERSION, drm_version } from '../../uapi/drm.ts';
import { EAGAIN, EINTR, errnoName } from '../../uapi/errno.ts';
import { hex } from '../../uapi/hex.ts';
import type { StructLayout } from '../../uapi/layout.ts';
import { InputError, UsageError } from '../errors.ts';
import { type Libc, libc } from './libc.ts';

/** Bytes of each string of DRM_IOCTL_VERSION that are asked for. */
const NAME_BYTES = 64;

/** O_RDWR | O_CLOEXEC */
export const O_CLOEXEC_RDWR = constants.O_RDWR | 0o2000000;

/** What DRM_IOCTL_VERSION says. */
export interface DriverVersion {
  name: string;
  major: number;
  minor: number;
  patchlevel: number;
  desc: string;
}

/** An open device node. Close it when done. */
export class DeviceFile {
  readonly path: string;
  readonly #libc: Libc;
  readonly #fd: number;

  /**
   * Opens a node.
   *
   * @throws UsageError without the ffi packages
   * @throws InputError where the node cannot be opened, with the system's reason
   */
  constructor(path: string) {
    this.#libc = libc();
    this.path = path;
    this.#fd = this.#libc.open(path, O_CLOEXEC_RDWR);
    if (this.#fd < 0) throw new InputError(`${path}: cannot be opened: ${errnoName(-this.#fd)}`);
  }

  /** Makes a call again where a signal cut it short, as drmIoctl() does. 0 or more, or -errno. */
  ioctl(request: number, argument: Buffer): number {
    for (;;) {
      const ret = this.#libc.ioctl(this.#fd, request, argument);
      if (ret !== -EINTR && ret !== -EAGAIN) return ret;
    }
  }

  /** The same with a struct: its fields before the call, and after it. `ret` is 0 or more, or -errno. */
  call(request: number, layout: StructLayout, fields: JsonObject): { ret: number; fields: JsonObject } {
    const argument = Buffer.from(encode(layout, fields as { readonly [key: string]: Json }));
    const ret = this.ioctl(request, argument);
    return { ret, fields: decode(layout, argument) };
  }

  /** The user address of a Buffer, for pointer fields. */
  address(buffer: Buffer): string {
    return hex(this.#libc.address(buffer));
  }

  /** @throws InputError where the file does not answer as a DRM device */
  version(): DriverVersion {
    const [name, date, desc] = [Buffer.alloc(NAME_BYTES), Buffer.alloc(NAME_BYTES), Buffer.alloc(NAME_BYTES)];
    const { ret, fields } = this.call(DRM_IOCTL_VERSION, drm_version, {
      name_len: NAME_BYTES,
      name: this.address(name),
      date_len: NAME_BYTES,
      date: this.address(date),
      desc_len: NAME_BYTES,
      desc: this.address(desc),
    });
    if (ret < 0) throw new InputError(`${this.path}: no DRM device: DRM_IOCTL_VERSION is ${errnoName(-ret)}`);
    const text = (bytes: Buffer, length: Json): string =>
      bytes.toString('utf8', 0, Math.min(Number(length), NAME_BYTES));
    return {
      name: text(name, fields.name_len),
      major: Number(fields.version_major),
      minor: Number(fields.version_minor),
      patchlevel: Number(fields.version_patchlevel),
      desc: text(desc, fields.desc_len),
    };
  }

  close(): void {
    this.#libc.close(this.#fd);
  }
}

/**
 * The render node of a panthor device: the first whose driver calls itself so.
 *
 * @throws UsageError where there is none
 */
export function findDevice(): DeviceFile {
  let nodes: string[] = [];
  try {
    nodes = readdirSync('/dev/dri').filter((name) => name.startsWith('renderD'));
  } catch {
    // No graphics at all.
  }
  for (const node of nodes.sort()) {
    let file: DeviceFile;
    try {
      file = new DeviceFile(`/dev/dri/${node}`);
    } catch (error) {
      if (error instanceof UsageError) throw error;
      continue;
    }
    try {
      if (file.version().name === 'panthor') return file;
    } catch {
      // Something else answers there.
    }
    file.close();
  }
  throw new UsageError('no render node in /dev/dri is driven by panthor: --device PATH names one');
}
