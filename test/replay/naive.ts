/** An independent model of VMAs, as simple as can be: a list of ranges, cut and filled. It reads records as plain JSON. */

export interface NaiveVma {
  va: number;
  size: number;
  bo: number | null;
  bo_offset: number;
  flags: string[];
}

export interface JsonRecord {
  type: string;
  fd: number;
  request?: string;
  arg_in: string;
  arg_out: string;
  buffers: { addr: string; in: string }[];
  ret: number;
}

const BLOCK = 0x200000;

export class NaiveClient {
  /** Mappings of each VM, by `fd:id`. */
  readonly vms = new Map<string, NaiveVma[]>();
  /** Operations by kind. */
  readonly ops = { map: 0, unmap: 0, sync_only: 0, sparse: 0, async: 0, sync: 0 };

  apply(record: JsonRecord): void {
    if (record.type !== 'ioctl' || record.ret !== 0) return;
    const input = Buffer.from(record.arg_in, 'hex');
    const output = Buffer.from(record.arg_out, 'hex');
    switch (record.request) {
      case '0xc0106441': // VM_CREATE
        this.vms.set(`${record.fd}:${output.readUInt32LE(4)}`, []);
        break;
      case '0xc0086442': // VM_DESTROY
        this.vms.delete(`${record.fd}:${input.readUInt32LE(0)}`);
        break;
      case '0xc0186443': // VM_BIND
        this.#bind(record, input);
        break;
    }
  }

  #bind(record: JsonRecord, input: Buffer): void {
    const key = `${record.fd}:${input.readUInt32LE(0)}`;
    const stride = input.readUInt32LE(8);
    const count = input.readUInt32LE(12);
    const pointer = `0x${input.readBigUInt64LE(16).toString(16)}`;
    const array = Buffer.from(record.buffers.find((b) => b.addr === pointer)!.in, 'hex');
    for (let at = 0; at < count * stride; at += stride) {
      const flags = array.readUInt32LE(at);
      const va = Number(array.readBigUInt64LE(at + 16));
      const size = Number(array.readBigUInt64LE(at + 24));
      this.ops[input.readUInt32LE(4) === 1 ? 'async' : 'sync']++;
      this.ops[(['map', 'unmap', 'sync_only'] as const)[flags >>> 28]]++;
      if ((flags & 8) !== 0) this.ops.sparse++;
      if (flags >>> 28 === 2) continue;
      const rest = this.vms.get(key)!.flatMap((vma) => cut(vma, va, va + size));
      if (flags >>> 28 === 0) {
        const sparse = (flags & 8) !== 0;
        rest.push({
          va,
          size,
          bo: sparse ? null : array.readUInt32LE(at + 4),
          bo_offset: sparse ? va % BLOCK : Number(array.readBigUInt64LE(at + 8)),
          flags: ['READONLY', 'NOEXEC', 'UNCACHED', 'SPARSE'].filter((_, bit) => (flags & (1 << bit)) !== 0),
        });
      }
      this.vms.set(
        key,
        rest.sort((a, b) => a.va - b.va),
      );
    }
  }
}

/** What is left of a mapping outside [from, to). */
function cut(vma: NaiveVma, from: number, to: number): NaiveVma[] {
  const end = vma.va + vma.size;
  if (end <= from || vma.va >= to) return [vma];
  const left: NaiveVma[] = [];
  if (vma.va < from) left.push({ ...vma, size: from - vma.va });
  if (end > to) {
    const bo_offset = vma.bo === null ? to % BLOCK : vma.bo_offset + (to - vma.va);
    left.push({ ...vma, va: to, size: end - to, bo_offset });
  }
  return left;
}
