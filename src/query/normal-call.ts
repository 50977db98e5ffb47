/**
 * Calls as text in which two runs of a client agree: handles, ids, descriptors and mmap offsets are numbered in the order in
 * which they came, times and pointers are left out. Addresses of the GPU stay: clients choose them.
 */
import { hex } from '../../uapi/hex.ts';
import { ioctlName } from '../../uapi/lookup.ts';
import type { CaptureRecord } from '../capture/record.ts';
import { callText } from '../report/call.ts';

/** Kinds of numbers that a kernel gives out. */
type Kind = 'BO' | 'VM' | 'group' | 'heap' | 'syncobj' | 'fd' | 'offset';

/** Calls that give a new number out, and those that take one back: of which kind, by which field. */
const CREATES: Readonly<Record<string, readonly [Kind, string]>> = {
  BO_CREATE: ['BO', 'handle'],
  PRIME_FD_TO_HANDLE: ['BO', 'handle'],
  VM_CREATE: ['VM', 'id'],
  GROUP_CREATE: ['group', 'group_handle'],
  TILER_HEAP_CREATE: ['heap', 'handle'],
  SYNCOBJ_CREATE: ['syncobj', 'handle'],
  SYNCOBJ_FD_TO_HANDLE: ['syncobj', 'handle'],
  BO_MMAP_OFFSET: ['offset', 'offset'],
};

/** Fields that are of one kind in every call. */
const FIELDS: Readonly<Record<string, Kind>> = {
  bo_handle: 'BO',
  vm_id: 'VM',
  exclusive_vm_id: 'VM',
  group_handle: 'group',
  src_handle: 'syncobj',
  dst_handle: 'syncobj',
  fd: 'fd',
};
/** Fields that no two runs have alike. */
const UNEQUAL =
  /\b(timeout_nsec|deadline_nsec|latest_flush|current_timestamp|timestamp_offset|cycle_count|cpu_timestamp_n?sec|duration_nsec)=[^,}]+/g;

/** What the plain fields `handle` and `id`, and the list `handles`, mean in a call. */
function kindOfHandle(name: string): Kind {
  if (name.startsWith('SYNCOBJ')) return 'syncobj';
  if (name.startsWith('TILER_HEAP')) return 'heap';
  return 'BO';
}

/** Follows one capture from its start. */
export class NormalCalls {
  readonly #numbers = new Map<string, string>();
  readonly #counts = new Map<string, number>();

  /** The text of a record; to be called with each, in order. */
  text(record: CaptureRecord): string {
    const name = record.type === 'ioctl' ? ioctlName(record.request) : record.type;
    const { fd } = record;
    const text = callText(record, Number.POSITIVE_INFINITY);
    if (record.type === 'close') return this.#close(fd);
    if (record.type === 'mmap') {
      const offset = hex(record.offset);
      const rest = text
        .slice(text.indexOf(','))
        .replace(/offset=[^)]+/, `offset=${this.#known('offset', fd, offset)}`);
      return `mmap(${this.#known('fd', 0, fd)}${rest}`;
    }
    const made = record.ret < 0 ? undefined : CREATES[name];
    if (made !== undefined) this.#create(made, fd, text);
    return this.#replace(name, fd, text).replace(/^ioctl\(\d+/, `ioctl(${this.#known('fd', 0, fd)}`);
  }

  #close(fd: number): string {
    const text = `close(${this.#known('fd', 0, fd)})`;
    this.#numbers.delete(`fd:0:${fd}`);
    return text;
  }

  #create([kind, field]: readonly [Kind, string], fd: number, text: string): void {
    const value = new RegExp(`\\b${field}=(?:\\S+ => )?([0-9a-fx]+)`).exec(text)?.[1];
    if (value === undefined) return;
    // The offset of an object that has one already is the same one.
    if (kind === 'offset' && this.#numbers.has(`offset:${fd}:${value}`)) return;
    this.#numbers.set(`${kind}:${fd}:${value}`, this.#next(kind));
  }

  #replace(name: string, fd: number, text: string): string {
    const plain = kindOfHandle(name);
    return text
      .replace(UNEQUAL, '$1=…')
      .replace(/\bsyncs=\[[^\]]*\]/g, (list) => this.#field(list, 'handle', 'syncobj', fd))
      .replace(/\bhandles=\[([^\]]*)\]/g, (_, list: string) => {
        return `handles=[${list.replace(/\d+/g, (n) => this.#known(plain, fd, n))}]`;
      })
      .replace(/\b(\w+)=(?:[^\s,{}[\]]+ => )?(0x[0-9a-f]+|\d+)/g, (whole, field: string, value: string) => {
        const kind = this.#kind(name, field, plain);
        return kind === null || value === '0' ? whole : `${field}=${this.#known(kind, fd, value)}`;
      });
  }

  #kind(name: string, field: string, plain: Kind): Kind | null {
    if (field === 'handle') return plain;
    if (field === 'id' && name.startsWith('VM_')) return 'VM';
    if (field === 'offset' && name === 'BO_MMAP_OFFSET') return 'offset';
    return FIELDS[field] ?? null;
  }

  #field(text: string, field: string, kind: Kind, fd: number): string {
    return text.replace(
      new RegExp(`\\b${field}=(\\d+)`, 'g'),
      (_, n: string) => `${field}=${this.#known(kind, fd, n)}`,
    );
  }

  /** What a number is called; one that was never given out gets the next name. */
  #known(kind: Kind, fd: number, value: string | number): string {
    const key = `${kind}:${kind === 'fd' ? 0 : fd}:${value}`;
    let name = this.#numbers.get(key);
    if (name === undefined) this.#numbers.set(key, (name = this.#next(kind)));
    return name;
  }

  #next(kind: Kind): string {
    const count = (this.#counts.get(kind) ?? 0) + 1;
    this.#counts.set(kind, count);
    return `${kind}#${count}`;
  }
}
