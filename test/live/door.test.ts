/** Programs that cannot preload a library, and the same program by both ways. Go and musl: test/clients/programs.mjs. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { archOf, doorFor } from '../../src/live/launch/launch.ts';
import { panthorShim } from '../cli/program.ts';
import { buildNative, compileProgram, compiler } from './toolbox.ts';

const scratch = mkdtempSync(join(tmpdir(), 'panthor-door-'));
afterAll(() => rmSync(scratch, { recursive: true }));

/** What two captures of one program have in common. */
function essence(path: string): unknown[] {
  return readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => {
      const { type, request, ret, errno, fd, prot, length, ok } = JSON.parse(line) as Record<string, unknown>;
      return [type, request, ret, errno, fd, prot, length, ok];
    });
}

describe.skipIf(compiler === null)('the door', () => {
  let dynamic = '';
  let fixed = '';
  beforeAll(async () => {
    await buildNative();
    dynamic = compileProgram('door', scratch);
    execFileSync('mv', [compileProgram('door', scratch, ['-static']), join(scratch, 'static')]);
    fixed = join(scratch, 'static');
    dynamic = compileProgram('door', scratch);
  }, 120_000);

  it('is chosen by looking at the program', () => {
    expect([doorFor(dynamic), doorFor(fixed), doorFor('sh'), doorFor('qemu-aarch64-static')]).toEqual([
      'preload',
      'seccomp',
      'preload',
      'preload',
    ]);
  });

  it.each([
    ['i386', 3, /there is no preload library for i386: only --door seccomp serves 32-bit programs/],
    ['arm', 40, /there is neither a preload library nor a seccomp filter for 32-bit Arm programs/],
  ])(
    'is the filter for programs of 32 bits, and what cannot be served is said: %s',
    async (arch, machine, why) => {
      const program = join(scratch, arch);
      const head = Buffer.alloc(64);
      head.write('\x7fELF\x01\x01\x01', 'latin1');
      head.writeUInt16LE(2, 16);
      head.writeUInt16LE(machine, 18);
      writeFileSync(program, head, { mode: 0o755 });
      expect([archOf(program), doorFor(program)]).toEqual([arch, 'seccomp']);
      expect(await panthorShim(['run', '--door', 'preload', '--', program])).toMatchObject({
        status: 2,
        stderr: expect.stringMatching(why),
      });
    },
  );

  it('serves a static program', async () => {
    expect(await panthorShim(['run', '--', fixed])).toMatchObject({ status: 0, stderr: '' });
  });

  it('serves raw system calls, which the library does not see', async () => {
    expect(await panthorShim(['run', '--door', 'seccomp', '--', dynamic, 'raw'])).toMatchObject({
      status: 0,
      stderr: '',
    });
    expect((await panthorShim(['run', '--door', 'preload', '--', dynamic, 'raw'])).status).not.toBe(0);
  });

  const kernels = process.env.PANTHOR_SHIM_SLOW === undefined ? ['7.3'] : ['6.12', '7.2', '7.3'];
  it.each(kernels)('gives the same capture as the library, on %s', async (kernel) => {
    const record = ['run', '--kernel', kernel, '--record'];
    const [a, b] = [join(scratch, 'preload.jsonl'), join(scratch, 'seccomp.jsonl')];
    expect(await panthorShim([...record, a, '--', dynamic])).toMatchObject({ status: 0 });
    expect(await panthorShim([...record, b, '--door', 'seccomp', '--', dynamic])).toMatchObject({
      status: 0,
    });
    const [one, other] = [essence(a), essence(b)];
    const calls = (all: unknown[]): unknown[] => all.filter((line) => (line as unknown[])[0] !== 'close');
    expect(calls(other)).toEqual(calls(one));
    expect((await panthorShim(['replay', '--kernel', kernel, '--check', b])).status).toBe(0);
  });

  it('passes exit statuses and signals on, and says when the device was never opened', async () => {
    expect(await panthorShim(['run', '--door', 'seccomp', '--', 'sh', '-c', 'exit 7'])).toMatchObject({
      status: 7,
    });
    expect(await panthorShim(['run', '--door', 'seccomp', '--', 'sh', '-c', 'kill -9 $$'])).toMatchObject({
      status: 137,
    });
    expect(await panthorShim(['run', '--', 'true'])).toMatchObject({
      status: 0,
      stderr: 'panthor-shim: the command never opened the device (--door preload)\n',
    });
    expect(
      (await panthorShim(['run', '--door', 'seccomp', '--', 'qemu-aarch64-static', 'x'])).stderr,
    ).toMatch(/qemu/);
  });
});
