/** What captures of a real device say of it: the kernel's release, and the node of each file with its first record. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { RecordBook } from '../../src/live/record/record-book.ts';
import { encode } from '../../uapi/codec.ts';
import {
  WIRE_RECORD_FILE,
  WIRE_RECORD_IOCTL,
  WIRE_RECORD_MMAP,
  wire_record_file,
  wire_record_ioctl,
  wire_record_mmap,
} from '../../uapi/wire.ts';

const scratch = mkdtempSync(join(tmpdir(), 'panthor-record-book-'));
afterAll(() => rmSync(scratch, { recursive: true }));

/** The lines of a capture after these messages. */
function recorded(replies: 'kernel' | 'model', ...messages: [kind: number, bytes: Uint8Array][]) {
  const path = join(scratch, 'capture.jsonl');
  const book = new RecordBook({ path, client: 'test', arch: 'aarch64', replies });
  for (const [kind, bytes] of messages) {
    const frame = { kind, at: 0, size: bytes.length, id: 0, flags: 0 };
    expect(book.write(frame as never, new DataView(bytes.buffer, bytes.byteOffset), bytes)).toBe(true);
  }
  book.close();
  const lines = readFileSync(path, 'utf8').trim().split('\n');
  return lines.map((line) => JSON.parse(line) as { [field: string]: unknown });
}

const opened = (file: number, node: number): [number, Uint8Array] => [
  WIRE_RECORD_FILE,
  encode(wire_record_file, { file, major: 1, minor: 8, patchlevel: 0, pid: 1, node }),
];
const SET_MASTER = 0x641e;
const called = (file: number): [number, Uint8Array] => [
  WIRE_RECORD_IOCTL,
  encode(wire_record_ioctl, { file, request: SET_MASTER, tid: 1, ret: -1, error: 13 }),
];
const mapped = (file: number): [number, Uint8Array] => [
  WIRE_RECORD_MMAP,
  encode(wire_record_mmap, { file, length: 4096, tid: 1, ok: 1 }),
];

describe('a recording', () => {
  it('of a kernel names its release; of the model below another run it does not', () => {
    const [kernel] = recorded('kernel', opened(1, 128));
    expect([kernel.kernel_release, kernel.driver_version]).toEqual([release(), '1.8.0']);
    expect(recorded('model', opened(1, 128))[0].kernel_release).toBeUndefined();
  });

  it('says with the first record of each file, and no other, which node it is', () => {
    const lines = recorded(
      'kernel',
      opened(1, 129),
      opened(2, 1),
      called(1),
      mapped(2),
      called(2),
      mapped(1),
      called(3),
    );
    expect(lines.slice(1).map(({ type, fd, node }) => [type, fd, node])).toEqual([
      ['ioctl', 0, 'render'],
      ['mmap', 1, 'primary'],
      ['ioctl', 1, undefined],
      ['mmap', 0, undefined],
      ['ioctl', 2, undefined],
      ['close', 0, undefined],
      ['close', 1, undefined],
      ['close', 2, undefined],
    ]);
  });
});
