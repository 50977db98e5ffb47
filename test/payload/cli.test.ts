import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { statusOf } from '../../src/cli/exit.ts';
import * as decode from '../../src/cli/payload/decode.ts';
import * as encode from '../../src/cli/payload/encode.ts';
import * as layout from '../../src/cli/payload/layout.ts';
import { allStructs } from '../../uapi/lookup.ts';

const program = fileURLToPath(new URL('../../bin/panthor-shim', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'panthor-payload-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function shim(
  args: string[],
  input: string | Uint8Array = '',
): { status: number | null; out: string; err: string } {
  const result = spawnSync(process.execPath, [program, ...args], { input: Buffer.from(input) });
  return { status: result.status, out: result.stdout.toString(), err: result.stderr.toString() };
}

/** The same without a process of its own, for arguments that need no standard input. */
async function inside(args: string[]): Promise<{ status: number; out: string; err: string }> {
  const command = new Command('panthor-shim').exitOverride();
  for (const one of [decode, encode, layout]) one.register(command);
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  try {
    await command.parseAsync(args, { from: 'user' });
    return { status: 0, out: write.mock.calls.map(([text]) => `${text}`).join(''), err: '' };
  } catch (error) {
    return { status: statusOf(error), out: '', err: (error as Error).message };
  } finally {
    write.mockRestore();
  }
}

function file(name: string, content: string | Uint8Array): string {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
}

const hex = '0000000000000000000000000080000000000000'.slice(0, 32);
const bytes = Buffer.from(hex, 'hex');

describe('decode', () => {
  it('takes words, files of any form and standard input, and says the same of each', async () => {
    const expected = shim(['decode', '--ioctl', 'VM_CREATE', hex]);
    expect(expected.status).toBe(0);
    expect(expected.out).toMatch(/user_va_range/);
    const c = `unsigned char a[] = { ${[...bytes].join(', ')} };`;
    const pairs = hex.match(/../g) as string[];
    const dump = `0x10:\t${pairs.map((one) => `0x${one}`).join('\t')}\n`;
    const ways = [
      await inside(['decode', '--ioctl', 'VM_CREATE', ...pairs]),
      shim(['decode', '--ioctl', '0xc0106441', '-'], bytes),
      shim(['decode', '--ioctl', '0x41'], hex),
      await inside(['decode', '--ioctl', 'vm_create', file('req.bin', bytes)]),
      await inside(['decode', '--ioctl', 'DRM_IOCTL_PANTHOR_VM_CREATE', '--file', file('req.c', c)]),
      await inside(['decode', '--ioctl', 'VM_CREATE', dump]),
    ];
    for (const way of ways) expect(way).toEqual(expected);
  });

  it('guesses the struct where the size leaves no doubt, and lists what it may be where not', async () => {
    expect((await inside(['decode', '00'.repeat(112)])).out).toMatch(
      /^struct drm_panthor_gpu_info, 112 bytes/,
    );
    const doubt = await inside(['decode', '00'.repeat(48)]);
    expect(doubt.status).toBe(2);
    expect(doubt.err).toMatch(/it may be drm_panthor_vm_bind_op, drm_syncobj_timeline_wait/);
  });

  it('follows pointers into the buffers that are given', async () => {
    const handles = await inside([
      'decode',
      '--ioctl=SYNCOBJ_RESET',
      `0010000000000000${'02000000'}00000000`,
      '--buffer',
      '0x1000=0500000006000000',
    ]);
    expect(handles.out).toMatch(/handles -> 0x1000: 8 bytes\n +\[5, 6\]/);
  });

  it('takes a record of a capture', () => {
    const record = {
      type: 'ioctl',
      request: '0xc0086444',
      arg_in: '0100000000000000',
      arg_out: '0100000001000000',
      buffers: [],
    };
    expect(shim(['decode', '--format', 'short'], JSON.stringify(record)).out).toMatch(/state=USABLE/);
    expect(shim(['decode', '--out', '--format', 'short'], JSON.stringify(record)).out).toMatch(
      /state=UNUSABLE/,
    );
  });

  it('judges for the kernel that it is told', async () => {
    const query = ['decode', '--ioctl', 'DEV_QUERY', '--format', 'short', '04000000080000000000000000000000'];
    expect((await inside(query)).out).not.toMatch(/EINVAL/);
    expect((await inside([...query, '--kernel', '7.2'])).out).toMatch(/EINVAL/);
  });

  it.each([
    [['decode', '--struct', 'vm_create', '00zz'], 3, /byte 0, character 0: found 'z'/],
    [
      ['decode', '--struct', 'vm_create', '000000000000'],
      3,
      /byte 6, field id: found the end, expected 16 bytes/,
    ],
    [
      ['decode', '--ioctl', '0xc0106441', '00000000'],
      3,
      /byte 4, field id: found 4 bytes, expected 16, as request/,
    ],
    [['decode', '--struct', 'nothing', '00'], 2, /unknown struct nothing/],
    [['decode', '--struct', 'heap_create', '00'], 2, /there is drm_panthor_tiler_heap_create/],
    [['decode', '--ioctl', '0xc0106499', '00'], 2, /unknown ioctl request 0xc0106499/],
    [['decode', '--ioctl', 'VM_CREATE', '--buffer', 'x=00', '00000000'], 2, /expected ADDR=BYTES/],
    [['decode', '--ioctl', 'VM_CREATE', '--file', '/nowhere/at/all'], 3, /no such file/],
    [['decode', '--struct', 'vm_create', '{"a": }'], 3, /this is no JSON/],
    [['decode', '--ioctl', 'VM_CREATE', ''], 3, /found no bytes/],
    [['encode', 'hello'], 3, /expected a JSON object/],
    [['encode', '{"struct": "vm_create", "value": {"id": -1}}'], 3, /drm_panthor_vm_create\.id: found -1/],
    [['layout', 'nothing'], 2, /unknown struct, enumeration or ioctl nothing/],
  ])('%j ends with %i and says why', async (args, status, message) => {
    const result = await inside(args);
    expect(result.err).toMatch(message);
    expect(result.status).toBe(status);
    expect(result.out).toBe('');
  });
});

describe('encode', () => {
  it('turns what decode --json printed back into the bytes and the buffers', async () => {
    const argument = '0100000000000000300000000100000000100000000000001111';
    const op = `${'00'.repeat(47)}ff`;
    const json = await inside([
      'decode',
      '--json',
      '--ioctl',
      'VM_BIND',
      argument,
      '--buffer',
      `0x1000=${op}`,
    ]);
    expect(json.status).toBe(0);
    expect(shim(['encode'], json.out).out).toBe(`${argument}\n0x1000=${op}\n`);
    expect(Buffer.from(shim(['encode', '--to', 'binary'], json.out).out, 'latin1').length).toBe(26);
    const c = (await inside(['encode', '--to', 'c', json.out])).out;
    expect(c).toMatch(/static const unsigned char drm_panthor_vm_bind\[26\]/);
    expect(shim(['decode', '--ioctl', 'VM_BIND', '--format', 'raw', `${c.split('};')[0]}};`]).out).toMatch(
      /1111/,
    );
  });

  it('takes JSON written by hand', async () => {
    const json = '{"ioctl": "BO_CREATE", "value": {"size": "0x1000", "flags": "DRM_PANTHOR_BO_NO_MMAP"}}';
    expect((await inside(['encode', json])).out).toBe('001000000000000001000000000000000000000000000000\n');
  });
});

describe('layout', () => {
  it('prints one struct or all of them', async () => {
    expect((await inside(['layout', 'vm_bind_op'])).out).toMatch(
      /^struct drm_panthor_vm_bind_op \{\n[\s\S]*size: 48[\s\S]*\};\n$/,
    );
    expect((await inside(['layout'])).out.match(/^struct /gm)?.length).toBe(allStructs.length);
  });

  it('as JSON has every struct and all 17 panthor ioctls', () => {
    const json = JSON.parse(shim(['layout', '--json']).out);
    expect(json.structs).toHaveLength(allStructs.length);
    expect(json.ioctls.filter((one: { name: string }) => one.name.includes('_PANTHOR_'))).toHaveLength(17);
  });
});
