import { _IOC_SIZE } from '../../../uapi/ioctl.ts';
import { WIRE_MAX_REGIONS, wire_ioctl, wire_region } from '../../../uapi/wire.ts';
import type { Frame } from '../../capture/frame.ts';
import { getU64 } from '../../driver/base/u64.ts';
import { UserMemory } from '../../driver/base/uaccess.ts';
import type { ReplyWriter } from '../wire.ts';

/** Regions that are read until others have a turn. */
const REGIONS = 1024;
/** Arrays for more regions are not kept for the next call. */
const KEPT_REGIONS = 4096;

/** One ioctl of a client, as it came in: user memory is where it was received. Used again for another call. */
export class Call {
  request = 0;
  tid = 0;
  /** The descriptor's number in the client. */
  fd = 0;
  fileKey = 0;
  argAddr = 0;
  /** Whether the driver was asked: a fault that is injected, or a limit of the server's, may have come before. */
  reachedDriver = false;
  mem = new UserMemory(0);
  /** To be called when its memory is needed no more, where the connection has left it to the call. */
  release: (() => void) | null = null;
  /** The regions as they came, for who wants to see what changed. */
  before: Uint8Array | null = null;

  /** Takes a WIRE_IOCTL payload apart, with `pause` from time to time where it has many parts; false where it is none. */
  read(frame: Frame, view: DataView, bytes: Uint8Array, pause: () => void): boolean {
    const { at, size } = frame;
    const { off } = wire_ioctl;
    if (size < wire_ioctl.size) return false;
    this.fileKey = getU64(view, at + off.file);
    this.argAddr = getU64(view, at + off.arg);
    this.request = view.getUint32(at + off.request, true);
    // A thread's number is positive, whatever a client says.
    this.tid = view.getUint32(at + off.tid, true) & 0x7fffffff;
    this.fd = view.getInt32(at + off.fd, true);
    const count = view.getUint32(at + off.regions, true);
    if (count > WIRE_MAX_REGIONS) return false;
    if (this.mem.addrs.length > KEPT_REGIONS) this.mem = new UserMemory(0);
    this.reachedDriver = false;
    const { mem } = this;
    mem.reset();
    mem.adopt(bytes, view);
    let pos = at + wire_ioctl.size;
    const end = at + size;
    for (let i = 0; i < count; i++) {
      if (i % REGIONS === REGIONS - 1) pause();
      if (end - pos < wire_region.size) return false;
      const length = view.getUint32(pos + wire_region.off.size, true);
      const data = pos + wire_region.size;
      if (length === 0 || length > end - data) return false;
      mem.place(getU64(view, pos + wire_region.off.addr), data, length);
      pos = data + ((length + 7) & ~7);
    }
    if (count > REGIONS) mem.index(pause);
    return true;
  }

  /** It is over: its memory is used no more. */
  end(): void {
    this.before = null;
    this.release?.();
    this.release = null;
  }

  /** Keeps a copy of user memory as it is before the call. */
  remember(): void {
    this.before = this.mem.data.slice(0, this.mem.used);
  }

  /** The bytes of the argument, or null where they could not be read. */
  arg(): DataView | null {
    const size = _IOC_SIZE(this.request);
    const at = size === 0 ? -1 : this.mem.locate(this.argAddr, size);
    return at < 0 ? null : new DataView(this.mem.data.buffer, at, size);
  }

  /** Bytes of user memory that the call has changed. */
  get changed(): number {
    const { mem } = this;
    let bytes = 0;
    for (let i = 0; i < mem.count; i++) if (mem.dirty[i]) bytes += mem.sizes[i];
    return bytes;
  }

  /** Writes what the call changed in user memory, with `pause` from time to time where that is much. */
  writeChanges(reply: ReplyWriter, pause?: () => void): void {
    const { mem } = this;
    for (let i = 0; i < mem.count; i++) {
      if (mem.dirty[i]) reply.region(mem.addrs[i], mem.data, mem.offsets[i], mem.sizes[i], pause);
    }
  }
}
