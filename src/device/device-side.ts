import { EAGAIN, EINTR, errnoName } from '../../uapi/errno.ts';
import { buffersOf } from '../../uapi/ioctl-table.ts';
import { InputError } from '../errors.ts';
import type { Payload } from '../payload/payload.ts';
import { O_CLOEXEC_RDWR } from './device-file.ts';
import { GuardedMemory } from './guarded-memory.ts';
import { type Libc, libc } from './libc.ts';
import type { Mapping, Side } from './side.ts';
import { movePointers, restorePointers } from './user-pointers.ts';

const POLLIN = 1;
/** A device that says EAGAIN for ever is not asked for ever. */
const MAX_TRIES = 10_000;

/** A device node as a side: every call is really made. */
export class DeviceSide implements Side {
  readonly name = 'device';
  readonly #path: string;
  readonly #libc: Libc;
  readonly #memory: GuardedMemory;
  readonly #files = new Set<number>();
  readonly #fds = new Set<number>();
  readonly #mappings: Buffer[] = [];

  /** @throws UsageError without the ffi packages */
  constructor(path: string) {
    this.#path = path;
    this.#libc = libc();
    this.#memory = new GuardedMemory(this.#libc);
  }

  /** @throws InputError where the node cannot be opened */
  open(): number {
    const fd = this.#libc.open(this.#path, O_CLOEXEC_RDWR);
    if (fd < 0) throw new InputError(`${this.#path}: cannot be opened: ${errnoName(-fd)}`);
    this.#files.add(fd);
    return fd;
  }

  close(file: number): void {
    if (this.#files.delete(file)) this.#libc.close(file);
  }

  ioctl(on: { file: number } | { fd: number }, payload: Payload): number {
    const { root, regions, spec } = payload;
    const copyOf = (bytes: Uint8Array): Buffer => {
      const copy = this.#memory.take(bytes.length);
      copy.set(bytes);
      return copy;
    };
    const place = { root: copyOf(root.bytes), regions: regions.map(({ bytes }) => copyOf(bytes)) };
    const specs = spec?.buffers ?? buffersOf(root.layout);
    const moved = movePointers(payload, specs, place, (copy) => this.#libc.address(copy));
    const ret = this.#call('file' in on ? on.file : on.fd, payload.request, place.root);
    restorePointers(moved);
    root.bytes.set(place.root);
    for (const [i, { bytes }] of regions.entries()) bytes.set(place.regions[i]);
    this.#memory.reset();
    return ret;
  }

  /** As drmIoctl(): a signal that cuts a call short is none of the scenario's. */
  #call(fd: number, request: number, argument: Buffer): number {
    for (let i = 0; ; i++) {
      const ret = this.#libc.ioctl(fd, request, argument);
      if ((ret !== -EINTR && ret !== -EAGAIN) || i === MAX_TRIES) return ret;
    }
  }

  mmap(file: number, length: number, prot: number, flags: number, offset: bigint): Mapping | number {
    const memory = this.#libc.mmap(length, prot, flags, file, offset);
    if (typeof memory === 'number') return memory;
    this.#mappings.push(memory);
    const view = new DataView(memory.buffer, memory.byteOffset, memory.length);
    return {
      read: (at) => view.getUint32(at, true),
      write: (at, value) => view.setUint32(at, value, true),
    };
  }

  eventfd(): number {
    const fd = this.#libc.eventfd();
    if (fd >= 0) this.#fds.add(fd);
    return fd;
  }

  isReadable(fd: number): boolean {
    return (this.#libc.poll(fd, POLLIN) & POLLIN) !== 0;
  }

  closeFd(fd: number): void {
    this.#fds.delete(fd);
    this.#libc.close(fd);
  }

  nowNs(): bigint {
    return process.hrtime.bigint();
  }

  end(): void {
    for (const memory of this.#mappings.splice(0)) this.#libc.munmap(memory);
    for (const fd of this.#fds) this.#libc.close(fd);
    this.#fds.clear();
    for (const file of [...this.#files]) this.close(file);
  }
}
