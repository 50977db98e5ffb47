/**
 * Captures written by hand, one call a line:
 *
 *     uapi 1.9                         # what the client found; client NAME, arch ARCH, replies kernel, fd N, thread N
 *     vm 1
 *     bo 1 size 64K vm 1
 *     label 1 "heap"
 *     map 1@0x10000000 bo 1+0 size 64K noexec
 *     async map 1@0x20000000 sparse size 2M signal 3 ; unmap 1@0x10000000 size 4K
 *     unmap 1@0x10000000 size 4K = EINVAL
 *     close 1
 *     destroy 1
 *     record {…}                       # any other call: a line of the JSON form
 *
 * A time in front of a line (`0.622923000s map …`) is its moment; without one, calls are 10 µs apart.
 */
import { errnoNumber } from '../../uapi/errno.ts';
import { parseEventLine } from '../capture/json/line.ts';
import { type CaptureHeader, CaptureRecord, REPLIES, setIoctl } from '../capture/record.ts';
import { CallTextError } from './bind-text.ts';
import { callOfLine } from './call-records.ts';

/** Time between calls that say none. ns */
export const STEP_NS = 10_000;

export class LineError extends Error {}

/** Reads calls line by line; what stands before the first call is the header's. @throws LineError, with the line */
export function parseCallLines(
  source: string,
  name: string,
): { header: CaptureHeader; records: CaptureRecord[] } {
  const parser = new LineParser();
  source.split('\n').forEach((line, i) => {
    try {
      parser.line(line);
    } catch (error) {
      if (error instanceof SyntaxError || error instanceof CallTextError || error instanceof RangeError)
        throw new LineError(`${name}:${i + 1}: ${error.message}`);
      throw error;
    }
  });
  return { header: parser.header, records: parser.records };
}

class LineParser {
  header: CaptureHeader = {
    arch: 'aarch64',
    client: 'hand-written',
    replies: 'stand-in',
    driver_version: '1.9.0',
  };
  readonly records: CaptureRecord[] = [];
  #fd = 3;
  #tid = 1;
  #timeNs = 0;

  line(whole: string): void {
    const isRecord = /^\s*(\d+\.\d{9}s\s+)?record\s/.test(whole);
    // A record's strings may have any character in them, a label's too.
    const bare = isRecord ? whole : whole.replace(/#(?=(?:[^"]*"[^"]*")*[^"]*$).*/, '');
    const timed = /^\s*(\d+)\.(\d{9})s\s+(.*)$/.exec(bare);
    const text = (timed === null ? bare : timed[3]).trim();
    if (text === '' || this.#setting(text)) return;
    if (timed !== null) this.#timeNs = Number(timed[1]) * 1e9 + Number(timed[2]);
    else this.#timeNs += STEP_NS;
    if (text.startsWith('record ')) this.#record(text.slice('record '.length));
    else this.#call(text);
  }

  /** Lines that say something about all calls after them, or about the capture. */
  #setting(text: string): boolean {
    const [word, ...rest] = text.split(/\s+/);
    const value = rest.join(' ');
    if (word === 'uapi') this.header.driver_version = /^\d+\.\d+$/.test(value) ? `${value}.0` : value;
    else if (word === 'client') this.header.client = value;
    else if (word === 'arch') this.header.arch = value;
    else if (word === 'replies') this.#replies(value);
    else if (word === 'fd') this.#fd = number(value);
    else if (word === 'thread') this.#tid = number(value);
    else return false;
    return true;
  }

  #replies(value: string): void {
    const known = REPLIES.find((one) => one === value);
    if (known === undefined) throw new CallTextError(`'${value}' is none of ${REPLIES.join(', ')}`);
    this.header.replies = known;
  }

  #call(text: string): void {
    const match = /^(.*?)(?:\s*=\s*(-?\d+|E[A-Z0-9]+))?$/.exec(text) as RegExpExecArray;
    const call = callOfLine(match[1]);
    if (call === null) throw new CallTextError(`'${text.split(' ')[0]}' is no call: ${KNOWN}`);
    const failure = match[2];
    const errno = failure === undefined || failure === '0' ? 0 : errnoNumber(failure);
    if (errno === undefined) throw new CallTextError(`${failure} is no error`);
    const result = errno === 0 ? {} : { argOut: call.argIn };
    const record = setIoctl(new CaptureRecord(), {
      ...call,
      ...result,
      timeNs: this.#timeNs,
      tid: this.#tid,
      fd: this.#fd,
      ret: errno === 0 ? 0 : -1,
      errno,
    });
    this.#push(record);
  }

  #record(json: string): void {
    const bytes = new TextEncoder().encode(`${json}\n`);
    const record = new CaptureRecord();
    try {
      parseEventLine(bytes, 0, bytes.length, 0, record, this.records.length);
    } catch (error) {
      throw new CallTextError((error as Error).message);
    }
    this.#timeNs = record.timeNs;
    this.#push(record.clone());
  }

  #push(record: CaptureRecord): void {
    record.index = this.records.length;
    this.records.push(record);
  }
}

const KNOWN = 'vm, bo, label, map, unmap, sync, async, close, destroy, record';

function number(text: string): number {
  if (!/^\d{1,10}$/.test(text)) throw new CallTextError(`'${text}' is no number`);
  return Number(text);
}
