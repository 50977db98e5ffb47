import type { Frame } from '../../capture/frame.ts';
import { UserMemory } from '../../driver/base/uaccess.ts';
import { IOCTL_BYTES, REGION_BYTES, type ReplyWriter, readU64, WIRE_MAX_REGIONS } from '../wire.ts';

/** One ioctl of a client, as it came in. Reused from call to call, unless it has to wait. */
export class Call {
  request = 0;
  tid = 0;
  /** The descriptor's number in the client. */
  fd = 0;
  fileKey = 0;
  argAddr = 0;
  readonly mem = new UserMemory();
  /** The regions as they came, for who wants to see what changed. */
  before: Uint8Array | null = null;

  /** Takes a WIRE_IOCTL payload apart; false where it is none. */
  read(frame: Frame, view: DataView, bytes: Uint8Array): boolean {
    const { at, size } = frame;
    if (size < IOCTL_BYTES) return false;
    this.fileKey = readU64(view, at);
    this.argAddr = readU64(view, at + 8);
    this.request = view.getUint32(at + 16, true);
    // A thread's number is positive, whatever a client says.
    this.tid = view.getUint32(at + 20, true) & 0x7fffffff;
    this.fd = view.getInt32(at + 24, true);
    const count = view.getUint32(at + 28, true);
    if (count > WIRE_MAX_REGIONS) return false;
    const { mem } = this;
    mem.reset();
    let pos = at + IOCTL_BYTES;
    const end = at + size;
    for (let i = 0; i < count; i++) {
      if (end - pos < REGION_BYTES) return false;
      const length = view.getUint32(pos + 8, true);
      const data = pos + REGION_BYTES;
      if (length === 0 || length > end - data) return false;
      mem.add(readU64(view, pos), bytes.subarray(data, data + length));
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
    const size = (this.request >>> 16) & 0x3fff;
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
