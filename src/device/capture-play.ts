import {
  DMA_BUF_BASE,
  DRM_IOCTL_SYNCOBJ_TIMELINE_WAIT,
  DRM_IOCTL_SYNCOBJ_WAIT,
  drm_syncobj_timeline_wait,
  drm_syncobj_wait,
  SYNC_IOC_MAGIC,
} from '../../uapi/drm.ts';
import { _IOC_TYPE } from '../../uapi/ioctl.ts';
import { ioctlName, ioctlOf } from '../../uapi/lookup.ts';
import { CaptureRecord, setIoctl } from '../capture/record.ts';
import { UserMemory } from '../driver/base/uaccess.ts';
import { makePayload } from '../payload/payload.ts';
import { readId } from '../replay/explain.ts';
import { type IdPlan, idPlan, type PlannedId } from '../replay/ids/id-plan.ts';
import { IdWalk } from '../replay/ids/id-walk.ts';
import { loadPayload } from '../replay/payload.ts';
import { takenFd } from '../replay/placeholders.ts';
import { PlayedFiles } from './played-files.ts';
import type { Side } from './side.ts';

/** Descriptors of the device's process are numbered from here in what comes out: below are the client's open files. */
const FDS_FROM = 0x100000;
/** A wait is cut to so long: it waits for work that has no contents any more. */
const LONGEST_WAIT_NS = 1e9;
const NO_IDS: IdPlan = { ids: [], arrays: [] };

/**
 * Plays the calls of a capture on a side, in the side's own numbers. What comes out is the same call as the side answered
 * it: a record of another capture, made there and now.
 */
export class CapturePlay {
  readonly #side: Side;
  readonly #files: PlayedFiles;
  readonly #mem = new UserMemory(1 << 14);
  readonly #walk = new IdWalk();
  readonly #plans = new Map<number, IdPlan>();
  readonly #out = new CaptureRecord();

  constructor(side: Side) {
    this.#side = side;
    this.#files = new PlayedFiles(side);
  }

  /** The record as the side answers it; a string where it was left out, and why. The record is filled again by the next. */
  step(record: CaptureRecord): CaptureRecord | string {
    this.#out.index = record.index;
    if (record.type === 'mmap') return this.#mmap(record);
    if (record.type === 'ioctl') return this.#ioctl(record);
    this.#files.close(record.fd);
    return Object.assign(this.#out, { type: 'close', timeNs: record.timeNs, tid: record.tid, fd: record.fd });
  }

  end(): void {
    this.#files.end();
    this.#side.end();
  }

  #mmap(record: CaptureRecord): CaptureRecord {
    const { file, ids } = this.#files.of(record.fd);
    const offset = ids['mmap-offset'].toModel(record.offset);
    const mapped = this.#side.mmap(file, record.length, record.prot, record.flags, BigInt(offset));
    const { timeNs, tid, fd, node, lengthLo, lengthHi, prot, flags } = record;
    const place = { offsetLo: offset % 2 ** 32, offsetHi: Math.floor(offset / 2 ** 32) };
    const call = { type: 'mmap', timeNs, tid, fd, node, lengthLo, lengthHi, prot, flags } as const;
    return Object.assign(this.#out, call, place, { ok: typeof mapped !== 'number' });
  }

  #ioctl(record: CaptureRecord): CaptureRecord | string {
    const spec = ioctlOf(record.request);
    if (spec === undefined || spec.arg === null) return `${ioctlName(record.request)} is not known`;
    const plan = this.#planOf(record.request);
    const type = _IOC_TYPE(record.request);
    const isObjects = type === DMA_BUF_BASE || type === SYNC_IOC_MAGIC;
    const object = isObjects ? this.#files.fds.get(record.fd) : undefined;
    if (isObjects && object === undefined) return 'its descriptor came from another process';
    const at = loadPayload(record, this.#mem);
    const ids = isObjects ? null : this.#files.of(record.fd).ids;
    const visit = (id: PlannedId, place: number, mem: UserMemory): void => {
      if (
        id.dir === 'out' &&
        (id.inIf === null || (mem.view.getUint32(at + id.inIf.at, true) & id.inIf.mask) === 0)
      )
        return;
      const number = mem.view.getUint32(place, true);
      mem.view.setUint32(place, this.#files.toSide(ids, id.kind, number), true);
    };
    this.#walk.run(plan, this.#mem, at, record.argSize, { visit });
    const taken = takenFd(record);
    if (taken !== null) {
      const fd = this.#files.taken(taken);
      if (fd === undefined) return 'its descriptor came from another process';
      this.#mem.view.setInt32(at + taken.at, fd, true);
    }
    this.#cutWait(record, at);
    const mem = this.#mem;
    const rootBytes = mem.data.slice(at, at + record.argSize);
    const regions = [];
    for (let i = record.argSize > 0 ? 1 : 0; i < mem.count; i++) {
      const from = mem.offsets[i];
      regions.push({ address: BigInt(mem.addrs[i]), bytes: mem.data.slice(from, from + mem.sizes[i]) });
    }
    const before = { root: rootBytes.slice(), regions: regions.map(({ bytes }) => bytes.slice()) };
    const payload = makePayload(spec.arg, rootBytes, regions, spec, record.request);
    const on = object === undefined ? { file: this.#files.of(record.fd).file } : { fd: object };
    const ret = this.#side.ioctl(on, payload);
    const { root } = payload;
    if (ret >= 0 && record.ret >= 0) this.#learn(record, plan, root.bytes);
    const fdFields = plan.ids.filter(({ kind }) => kind === 'fd').map((id) => id.at);
    if (taken !== null) fdFields.push(taken.at);
    const [argIn, argOut] = [renumbered(before.root, fdFields), renumbered(root.bytes, fdFields)];
    this.#out.node = record.node;
    return setIoctl(this.#out, {
      timeNs: record.timeNs,
      tid: record.tid,
      fd: object === undefined ? record.fd : FDS_FROM + object,
      node: record.node,
      request: record.request,
      argIn,
      argOut,
      buffers: regions.map(({ address, bytes }, i) => ({
        addr: address,
        in: before.regions[i],
        out: Buffer.compare(before.regions[i], bytes) === 0 ? null : bytes,
      })),
      ret: ret < 0 ? -1 : ret,
      errno: ret < 0 ? -ret : 0,
    });
  }

  #planOf(request: number): IdPlan {
    let plan = this.#plans.get(request);
    if (plan === undefined) {
      const spec = ioctlOf(request);
      plan = spec === undefined ? NO_IDS : idPlan(spec);
      this.#plans.set(request, plan);
    }
    return plan;
  }

  /** Both gave numbers out, or took them back. */
  #learn(record: CaptureRecord, { ids }: IdPlan, answer: Uint8Array): void {
    for (const id of ids) {
      if (id.at + id.size > record.argSize) continue;
      const capture = readId(id, record.bytes, record.argOutAt);
      this.#files.learn(record.fd, id, capture, readId(id, answer, 0));
    }
  }

  /** Deadlines are of another machine's clock: as long from now as it was then. */
  #cutWait(record: CaptureRecord, at: number): void {
    const layout =
      record.request === DRM_IOCTL_SYNCOBJ_WAIT
        ? drm_syncobj_wait
        : record.request === DRM_IOCTL_SYNCOBJ_TIMELINE_WAIT
          ? drm_syncobj_timeline_wait
          : null;
    if (layout === null) return;
    const { view } = this.#mem;
    const place = at + layout.off.timeout_nsec;
    const rest = Number(view.getBigInt64(place, true)) - record.timeNs;
    if (Number(view.getBigInt64(place, true)) <= 0) return;
    const wait = Math.min(Math.max(rest, 0), LONGEST_WAIT_NS);
    view.setBigInt64(place, this.#side.nowNs() + BigInt(Math.round(wait)), true);
  }
}

/** The same argument with its descriptors out of the way of the client's files. */
function renumbered(bytes: Uint8Array, fields: readonly number[]): Uint8Array {
  if (fields.length === 0) return bytes;
  const copy = bytes.slice();
  const view = new DataView(copy.buffer);
  for (const at of fields) {
    if (at + 4 > copy.length) continue;
    const fd = view.getInt32(at, true);
    if (fd >= 0 && fd < FDS_FROM) view.setInt32(at, FDS_FROM + fd, true);
  }
  return copy;
}
