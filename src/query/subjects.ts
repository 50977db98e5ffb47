/** What a call is about: objects, VMs and addresses, by the client's numbers. */
import { ioctlName } from '../../uapi/lookup.ts';
import type { CaptureRecord } from '../capture/record.ts';
import { recordJson } from '../report/record-json.ts';

export interface Subjects {
  /** VM_BIND, mmap, … */
  name: string;
  bos: Set<number>;
  vms: Set<number>;
  groups: Set<number>;
  /** Ranges of GPU addresses that the call maps, unmaps or executes. Bytes. */
  ranges: [va: number, size: number][];
  /** The label that it gives; null for none. */
  label: string | null;
}

const FIELDS: Readonly<Record<string, 'bos' | 'vms' | 'groups'>> = {
  bo_handle: 'bos',
  vm_id: 'vms',
  exclusive_vm_id: 'vms',
  group_handle: 'groups',
};
/** Places of a range in the structs that have one: VM_BIND's operations, and streams of a submission. */
const RANGES = [
  ['va', 'size'],
  ['stream_addr', 'stream_size'],
] as const;

/** Takes a record's argument, and what its pointers lead to, apart. */
export function subjectsOf(record: CaptureRecord): Subjects {
  const name = record.type === 'ioctl' ? ioctlName(record.request) : record.type;
  const found: Subjects = {
    name,
    bos: new Set(),
    vms: new Set(),
    groups: new Set(),
    ranges: [],
    label: null,
  };
  if (record.type === 'ioctl') collect(JSON.parse(recordJson(record)), found);
  return found;
}

function collect(value: unknown, found: Subjects): void {
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    for (const one of value) collect(one, found);
    return;
  }
  const fields = value as Record<string, unknown>;
  for (const [key, one] of Object.entries(fields)) {
    const set = kindOf(found.name, key);
    if (set !== null && typeof one === 'number' && one !== 0) found[set].add(one);
    else collect(one, found);
  }
  for (const [at, size] of RANGES) {
    if (fields[at] === undefined || Number(fields[size]) === 0) continue;
    found.ranges.push([Number(fields[at]), Number(fields[size])]);
  }
  if (found.name === 'BO_SET_LABEL' && typeof fields.text === 'string') found.label = fields.text;
}

function kindOf(name: string, field: string): 'bos' | 'vms' | 'groups' | null {
  if (field === 'handle' && /^(BO_|GEM_|PRIME_)/.test(name)) return 'bos';
  if (field === 'id' && name.startsWith('VM_')) return 'vms';
  return FIELDS[field] ?? null;
}
