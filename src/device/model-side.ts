import { EBADF, ENOTTY, ETIME } from '../../uapi/errno.ts';
import { PAGE_SIZE } from '../../uapi/sizes.ts';
import { run } from '../coroutine/op.ts';
import { UserMemory } from '../driver/base/uaccess.ts';
import { PanthorDevice } from '../driver/device.ts';
import type { GemObject } from '../driver/gem/gem.ts';
import type { GpuProfile } from '../driver/gpu-profile.ts';
import { BLOCKED, PanthorDrv } from '../driver/ioctl/drv.ts';
import { type EventFd, ModelFdTable } from '../driver/ioctl/fd-table.ts';
import { type DrmFile, FLUSH_ID_PAGE } from '../driver/ioctl/file.ts';
import type { Kernel } from '../driver/kernels.ts';
import { useFenceClock } from '../driver/sync/fence.ts';
import { StreamRunner } from '../firmware/job-runner.ts';
import { ObjectPages } from '../firmware/object-pages.ts';
import type { Payload } from '../payload/payload.ts';
import type { Mapping, Side } from './side.ts';

/** Above every address of a payload's buffers. */
const ARGUMENT_ADDRESS = 2 ** 52;
/** A call for which nothing happens in so long would wait for ever. */
const FOREVER_NS = 600e9;

/** Contents of objects, by page: nothing is used before it is touched. */
class Contents {
  readonly #of = new WeakMap<GemObject, Map<number, DataView>>();

  readonly pageOf = (bo: GemObject, offset: number): DataView => {
    let pages = this.#of.get(bo);
    if (pages === undefined) this.#of.set(bo, (pages = new Map()));
    let page = pages.get(offset);
    if (page === undefined) pages.set(offset, (page = new DataView(new ArrayBuffer(PAGE_SIZE))));
    return page;
  };
}

/** An eventfd without a process. */
class Counter implements EventFd {
  readonly kind = 'eventfd';
  count = 0;

  signal(): void {
    this.count++;
  }
}

/** The model as a side: a device of its own, whose clock moves when a call waits. */
export class ModelSide implements Side {
  readonly name = 'model';
  readonly drv: PanthorDrv;
  readonly #fds = new ModelFdTable();
  readonly #files = new Map<number, DrmFile>();
  readonly #contents = new Contents();
  #flushId = 0;
  #nextFile = 1;
  #timeNs = 1e9;

  constructor(options: { kernel: Kernel; gpu: GpuProfile }) {
    const device = new PanthorDevice({ ...options, now: () => this.#timeNs });
    this.drv = new PanthorDrv(device);
    useFenceClock(() => this.#timeNs);
    new StreamRunner({
      sched: this.drv.sched,
      physical: new ObjectPages(device.gem, this.#contents.pageOf),
      flushed: (id) => {
        this.#flushId = id;
      },
    });
  }

  open(): number {
    const file = run(this.drv.open({ fds: this.#fds, node: 'render' }));
    this.#files.set(this.#nextFile, file);
    return this.#nextFile++;
  }

  close(number: number): void {
    const file = this.#files.get(number);
    this.#files.delete(number);
    if (file !== undefined) run(this.drv.release(file));
  }

  ioctl(on: { file: number } | { fd: number }, payload: Payload): number {
    const mem = new UserMemory();
    for (const { address, bytes } of payload.regions) mem.add(Number(address), bytes);
    const at = mem.add(ARGUMENT_ADDRESS, payload.root.bytes);
    const ret =
      'file' in on
        ? this.#deviceCall(on.file, payload.request, mem)
        : this.#objectCall(on.fd, payload.request, mem);
    payload.root.bytes.set(mem.data.subarray(at, at + payload.root.bytes.length));
    for (const [i, { bytes }] of payload.regions.entries()) {
      bytes.set(mem.data.subarray(mem.offsets[i], mem.offsets[i] + bytes.length));
    }
    return ret;
  }

  #deviceCall(number: number, request: number, mem: UserMemory): number {
    const file = this.#files.get(number);
    if (file === undefined) return -EBADF;
    const ret = run(this.drv.ioctl(file, request, mem, ARGUMENT_ADDRESS));
    return ret === BLOCKED ? this.#wait(file) : ret;
  }

  /** Lets time pass until the call returns. */
  #wait(file: DrmFile): number {
    const { blocked } = file;
    const end = this.#timeNs + FOREVER_NS;
    let result: number | undefined;
    blocked?.onComplete((ret) => {
      result = ret;
    });
    while (result === undefined) {
      if (this.drv.nextDeadlineNs > end) {
        blocked?.cancel();
        return -ETIME;
      }
      this.#timeNs = Math.max(this.#timeNs, this.drv.nextDeadlineNs);
      run(this.drv.poll());
    }
    return result;
  }

  #objectCall(fd: number, request: number, mem: UserMemory): number {
    const object = this.#fds.lookup(fd);
    if (object === undefined) return -EBADF;
    if (object?.kind !== 'dma-buf' && object?.kind !== 'sync-file') return -ENOTTY;
    return this.drv.objectIoctl(object, request, mem, ARGUMENT_ADDRESS, this.#fds);
  }

  mmap(number: number, length: number, prot: number, flags: number, offset: bigint): Mapping | number {
    const file = this.#files.get(number);
    if (file === undefined) return -EBADF;
    const found = file.mmap(Number(offset), length, prot, flags);
    if (typeof found === 'number') return found;
    if (found === FLUSH_ID_PAGE) return { read: () => this.#flushId, write: () => {} };
    const wordAt = (at: number): [DataView, number] => [
      this.#contents.pageOf(found, at - (at % PAGE_SIZE)),
      at % PAGE_SIZE,
    ];
    return {
      read(at) {
        const [page, offset] = wordAt(at);
        return page.getUint32(offset, true);
      },
      write(at, value) {
        const [page, offset] = wordAt(at);
        page.setUint32(offset, value, true);
      },
    };
  }

  eventfd(): number {
    return this.#fds.install(new Counter());
  }

  isReadable(fd: number): boolean {
    run(this.drv.poll());
    const object = this.#fds.lookup(fd);
    if (object instanceof Counter) return object.count > 0;
    return object?.kind === 'sync-file' && object.fence.signaled;
  }

  closeFd(fd: number): void {
    this.#fds.close(fd);
  }

  nowNs(): bigint {
    return BigInt(this.#timeNs);
  }

  end(): void {
    for (const number of [...this.#files.keys()]) this.close(number);
  }
}
