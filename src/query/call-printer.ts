/** Records as the lines that call-lines.ts reads. */
import { errnoName } from '../../uapi/errno.ts';
import { ioctlName } from '../../uapi/lookup.ts';
import { JsonLineWriter } from '../capture/json/json-text.ts';
import {
  type CaptureHeader,
  type CaptureRecord,
  CaptureRecord as Record_,
  setIoctl,
} from '../capture/record.ts';
import { callText } from '../report/call.ts';
import { recordJson } from '../report/record-json.ts';
import { bindOfRecord } from './bind-of-record.ts';
import { CallTextError, opText, sizeText } from './bind-text.ts';
import { callOfLine } from './call-records.ts';

interface CallJson {
  arg: Record<string, never>;
  out?: { arg: Record<string, never> };
  buffers: { path?: string; text?: string }[];
}

/** Lines before the first call. */
export function headerLines({ client, arch, replies, driver_version: version }: CaptureHeader): string[] {
  return [
    `client ${client}`,
    `arch ${arch}`,
    `replies ${replies}`,
    ...(version === undefined ? [] : [`uapi ${version}`]),
  ];
}

/** Prints one capture's records; a line says its thread and descriptor where they are others than before. */
export class CallPrinter {
  #fd = 3;
  #tid = 1;
  readonly #writer = new JsonLineWriter();

  lines(record: CaptureRecord): string[] {
    const lines: string[] = [];
    const words = record.type === 'ioctl' ? wordsOf(record) : null;
    if (words !== null && record.fd !== this.#fd) lines.push(`fd ${(this.#fd = record.fd)}`);
    if (words !== null && record.tid !== this.#tid) lines.push(`thread ${(this.#tid = record.tid)}`);
    return [...lines, words === null ? this.#json(record) : `${timeText(record.timeNs)} ${words}`];
  }

  #json(record: CaptureRecord): string {
    this.#writer.used = 0;
    this.#writer.write(record);
    const { text, used } = this.#writer;
    return `record ${new TextDecoder().decode(text.subarray(0, used)).trimEnd()}`;
  }
}

function timeText(ns: number): string {
  return `${Math.floor(ns / 1e9)}.${`${ns % 1e9}`.padStart(9, '0')}s`;
}

/** The words of a call, or null where they would not say all that it is. */
function wordsOf(record: CaptureRecord): string | null {
  const words = guess(record);
  if (words === null) return null;
  const text = record.ret < 0 ? `${words} = ${errnoName(record.errno)}` : words;
  return isSame(record, words) ? text : null;
}

/** Whether the words make the record again, addresses of user memory aside. */
function isSame(record: CaptureRecord, words: string): boolean {
  try {
    const call = callOfLine(words);
    if (call === null || record.tellsOpen || record.ret > 0) return false;
    const { timeNs, tid, fd, ret, errno } = record;
    const argOut = ret < 0 ? call.argIn : call.argOut;
    const made = setIoctl(new Record_(), { ...call, argOut, timeNs, tid, fd, ret, errno });
    return callText(made, Number.POSITIVE_INFINITY) === callText(record, Number.POSITIVE_INFINITY);
  } catch (error) {
    if (error instanceof CallTextError) return false;
    throw error;
  }
}

function guess(record: CaptureRecord): string | null {
  const name = ioctlName(record.request);
  if (!['VM_CREATE', 'VM_DESTROY', 'BO_CREATE', 'GEM_CLOSE', 'BO_SET_LABEL', 'VM_BIND'].includes(name))
    return null;
  const { arg, out, buffers } = JSON.parse(recordJson(record)) as CallJson;
  const after = out?.arg ?? arg;
  switch (name) {
    case 'VM_CREATE':
      return `vm ${after.id}${Number(arg.user_va_range) === 0 ? '' : ` range ${sizeText(Number(arg.user_va_range))}`}`;
    case 'VM_DESTROY':
      return `destroy ${arg.id}`;
    case 'GEM_CLOSE':
      return `close ${arg.handle}`;
    case 'BO_SET_LABEL':
      return `label ${arg.handle} ${JSON.stringify(buffers[0]?.text ?? '')}`;
    case 'BO_CREATE': {
      const vm = arg.exclusive_vm_id === 0 ? '' : ` vm ${arg.exclusive_vm_id}`;
      const flags = `${(arg.flags & 1) !== 0 ? ' nommap' : ''}${(arg.flags & 2) !== 0 ? ' wbmmap' : ''}`;
      return `bo ${after.handle} size ${sizeText(Number(arg.size))}${vm}${flags}`;
    }
    default:
      return bindWords(record);
  }
}

function bindWords(record: CaptureRecord): string | null {
  const bind = bindOfRecord(record);
  return bind && `${bind.async ? 'async ' : ''}${bind.ops.map(opText).join(' ; ')}`;
}
