/** Which records a question means: those of a VM, an address, an object, a label, a thread, that failed, of a name. */
import { isNamed } from '../../uapi/lookup.ts';
import { drm_panthor_bo_mmap_offset } from '../../uapi/panthor_drm.ts';
import type { CaptureRecord } from '../capture/record.ts';
import { type Subjects, subjectsOf } from './subjects.ts';

/** Everything that is set must hold. */
export interface Question {
  /** The client's id of a VM: calls about it, and about groups of it. */
  vm?: number;
  /** Calls that map, unmap or execute something in [start, end). Bytes. */
  va?: { start: number; end: number };
  /** The client's handle. */
  bo?: number;
  /** Calls about objects whose label has this text in it at that time, and those that give it. */
  label?: string;
  tid?: number;
  failed?: boolean;
  /** Names of calls, as `isKnownName` takes them, or mmap and close. */
  ioctl?: readonly string[];
}

/** Follows a capture from its start; every record has to be shown to it, in order. */
export class Selection {
  readonly #question: Question;
  readonly #labels = new Map<string, string>();
  readonly #groups = new Map<string, number>();
  /** BO handles by their mmap offset. */
  readonly #offsets = new Map<string, number>();

  constructor(question: Question) {
    this.#question = question;
  }

  /** Whether the question asks for anything: else all records are meant. */
  get isAsked(): boolean {
    return Object.values(this.#question).some((value) => value !== undefined);
  }

  matches(record: CaptureRecord): boolean {
    const { vm, va, bo, label } = this.#question;
    const plain = this.#plain(record);
    if (vm === undefined && va === undefined && bo === undefined && label === undefined) return plain;
    const about = this.#follow(record);
    return (
      plain &&
      (vm === undefined || this.#isOfVm(record.fd, about, vm)) &&
      (bo === undefined || about.bos.has(bo)) &&
      (label === undefined || this.#isLabelled(record.fd, about, label)) &&
      (va === undefined || about.ranges.some(([at, size]) => at < va.end && at + size > va.start))
    );
  }

  /** What needs no look into the argument. */
  #plain(record: CaptureRecord): boolean {
    const { tid, failed, ioctl } = this.#question;
    if (tid !== undefined && record.tid !== tid) return false;
    if (failed === true && !hasFailed(record)) return false;
    return ioctl === undefined || ioctl.some((name) => isCalled(record, name));
  }

  #follow(record: CaptureRecord): Subjects {
    const about = subjectsOf(record);
    const { fd } = record;
    if (record.type === 'mmap') {
      const bo = this.#offsets.get(`${fd}:${record.offset}`);
      if (bo !== undefined) about.bos.add(bo);
      return about;
    }
    if (hasFailed(record)) return about;
    const [bo] = about.bos;
    const [group] = about.groups;
    const [vm] = about.vms;
    if (about.label !== null && bo !== undefined) this.#labels.set(`${fd}:${bo}`, about.label);
    if (about.name === 'GROUP_CREATE' && group !== undefined && vm !== undefined)
      this.#groups.set(`${fd}:${group}`, vm);
    if (about.name === 'BO_MMAP_OFFSET' && bo !== undefined)
      this.#offsets.set(`${fd}:${offsetOf(record)}`, bo);
    // A new object of a handle that is used again has no label.
    if (about.name === 'BO_CREATE' && bo !== undefined) this.#labels.delete(`${fd}:${bo}`);
    return about;
  }

  #isOfVm(fd: number, { vms, groups }: Subjects, vm: number): boolean {
    return vms.has(vm) || [...groups].some((group) => this.#groups.get(`${fd}:${group}`) === vm);
  }

  #isLabelled(fd: number, { bos, label }: Subjects, text: string): boolean {
    if (label?.includes(text)) return true;
    return [...bos].some((bo) => this.#labels.get(`${fd}:${bo}`)?.includes(text));
  }
}

/** Whether the call failed when it was recorded. */
export function hasFailed(record: CaptureRecord): boolean {
  return record.type === 'ioctl' ? record.ret < 0 : record.type === 'mmap' && !record.ok;
}

/** Whether a record is a call of that name. */
export function isCalled(record: CaptureRecord, name: string): boolean {
  return record.type === 'ioctl' ? isNamed(record.request, name) : record.type === name;
}

/** drm_panthor_bo_mmap_offset.offset, as the call left it. Bytes. */
function offsetOf(record: CaptureRecord): number {
  const view = new DataView(record.argOut.buffer, record.argOut.byteOffset, record.argOut.byteLength);
  const at = drm_panthor_bo_mmap_offset.off.offset;
  return view.getUint32(at + 4, true) * 0x100000000 + view.getUint32(at, true);
}
