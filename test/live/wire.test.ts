import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compilerFor } from '../../native-stubs/compile.mjs';
import { Frame } from '../../src/capture/frame.ts';
import { wireHeader } from '../../src/live/launch/wire-header.ts';
import { ReplyWriter } from '../../src/live/wire.ts';
import { decode } from '../../uapi/codec.ts';
import { WIRE_REPLY, wire_install, wire_region, wire_reply, wireStructs } from '../../uapi/wire.ts';

const compiler = compilerFor(process.arch === 'arm64' ? 'aarch64' : 'x86_64');

describe('native-stubs/wire.h', () => {
  it('is what the tables of uapi/wire.ts say; `npx vitest run test/live/wire.test.ts -u` writes it anew', async () => {
    await expect(wireHeader()).toMatchFileSnapshot('../../native-stubs/wire.h');
  });

  it.skipIf(compiler === null)('gives a C compiler the sizes and offsets of the tables', () => {
    const lines = wireStructs.flatMap(({ name, size, off }) => [
      `_Static_assert(sizeof(struct ${name}) == ${size}, "${name}");`,
      ...Object.entries(off).map(
        ([field, at]) => `_Static_assert(offsetof(struct ${name}, ${field}) == ${at}, "${name}.${field}");`,
      ),
    ]);
    expect(lines.length).toBeGreaterThan(50);
    const dir = mkdtempSync(join(tmpdir(), 'panthor-shim-wire-'));
    try {
      const source = join(dir, 'wire.c');
      writeFileSync(source, ['#include <stddef.h>', wireHeader(), ...lines, ''].join('\n'));
      execFileSync(compiler!, ['-std=c11', '-Wall', '-Werror', '-fsyntax-only', source], { stdio: 'pipe' });
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  });
});

describe('ReplyWriter', () => {
  it('writes replies, regions and installs as the tables lay them out', () => {
    const writer = new ReplyWriter();
    writer.beginReply(7, -22, 0x1_2345_6000, 1);
    writer.region(0x7fff_1234_5678, Uint8Array.of(1, 2, 3), 0, 3);
    writer.install({ addr: 0x7fff_0000_0010, cloexec: true });
    writer.finishReply();
    const bytes = writer.data.subarray(0, writer.used);
    const frame = new Frame();
    expect(frame.read(new DataView(bytes.buffer), 0, writer.used)).toBe(writer.used);
    expect([frame.kind, frame.id, frame.flags]).toEqual([WIRE_REPLY, 7, 1]);
    let at = frame.at;
    expect(decode(wire_reply, bytes, at)).toEqual({ ret: -22, regions: 1, offset: '0x123456000' });
    at += wire_reply.size;
    expect(decode(wire_region, bytes, at)).toEqual({ addr: '0x7fff12345678', size: 3, reserved: 0 });
    at += wire_region.size;
    expect([...bytes.subarray(at, at + 8)]).toEqual([1, 2, 3, 0, 0, 0, 0, 0]);
    at += 8;
    expect(decode(wire_install, bytes, at)).toEqual({ addr: '0x7fff00000010', flags: 0x80000, reserved: 0 });
    expect(at + wire_install.size).toBe(writer.used);
  });
});
