import { _IOC_SIZE } from '../../../uapi/ioctl.ts';
import { WIRE_MAX_REGIONS, wire_ioctl, wire_region } from '../../../uapi/wire.ts';
import type { Frame } from '../../capture/frame.ts';
import { getU64 } from '../../driver/base/u64.ts';
import { UserMemory } from '../../driver/base/uaccess.ts';
import type { ReplyWriter } from '../wire.ts';

/** One ioctl of a client, as it came in. Reused from call to call, unless it has to wait. */
export class Call {
  request = 0;
  tid = 0;
  /** The descriptor's number in the client. */
  fd = 0;
  fileKey = 0;
  argAddr = 0;
  /** Whether the driver was asked: a fault that is injected, or a limit of the server's, may have come before. */
  reachedDriver = false;
  readonly mem = new UserMemory();
  /** The regions as they came, for who wants to see what changed. */
  before: Uint8Array | null = null;

  /** Takes a WIRE_IOCTL payload apart; false where it is none. */
  read(frame: Frame, view: DataView, bytes: Uint8Array): boolean {
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
    this.reachedDriver = false;
    const { mem } = this;
    mem.reset();
    let pos = at + wire_ioctl.size;
    const end = at + size;
    for (let i = 0; i < count; i++) {
      if (end - pos < wire_region.size) return false;
      const length = view.getUint32(pos + wire_region.off.size, true);
      const data = pos + wire_region.size;
      if (length === 0 || length > end - data) return false;
      mem.add(getU64(view, pos + wire_region.off.addr), bytes.subarray(data, data + length));
      pos = data + ((length + 7) & ~7);
    }
    return true;
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

  /** Writes what the call changed in user memory. */
  writeChanges(reply: ReplyWriter): void {
    const { mem } = this;
    for (let i = 0; i < mem.count; i++) {
      if (mem.dirty[i]) reply.region(mem.addrs[i], mem.data, mem.offsets[i], mem.sizes[i]);
    }
  }
}
