/** Programs that cannot preload a library, and the same program by both ways. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { doorFor } from '../../src/live/launch/launch.ts';
import { panthorShim } from '../cli/program.ts';
import { buildNative, compileProgram, compiler } from './toolbox.ts';

const scratch = mkdtempSync(join(tmpdir(), 'panthor-door-'));
afterAll(() => rmSync(scratch, { recursive: true }));

const has = (command: string, argument: string): boolean =>
  spawnSync(command, [argument], { stdio: 'ignore' }).status === 0;
const hasGo = has('go', 'version');
const hasMusl = has('musl-gcc', '--version');
for (const [there, what] of [
  [hasGo, 'Go'],
  [hasMusl, 'musl-gcc'],
] as const) {
  if (!there) process.stderr.write(`\n*** NO ${what}: its test in test/live/door.test.ts is SKIPPED ***\n\n`);
}

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

  it('gives the same capture as the library', async () => {
    const [a, b] = [join(scratch, 'preload.jsonl'), join(scratch, 'seccomp.jsonl')];
    expect(await panthorShim(['run', '--record', a, '--', dynamic])).toMatchObject({ status: 0 });
    expect(await panthorShim(['run', '--door', 'seccomp', '--record', b, '--', dynamic])).toMatchObject({
      status: 0,
    });
    const [one, other] = [essence(a), essence(b)];
    const calls = (all: unknown[]): unknown[] => all.filter((line) => (line as unknown[])[0] !== 'close');
    expect(calls(other)).toEqual(calls(one));
    expect((await panthorShim(['replay', '--check', b])).status).toBe(0);
  });

  it.skipIf(!hasGo)(
    'serves Go',
    async () => {
      const source = join(scratch, 'main.go');
      writeFileSync(
        source,
        `package main
import ("fmt"; "os"; "syscall"; "unsafe")
func main() {
	f, err := os.OpenFile("/dev/dri/renderD128", os.O_RDWR, 0)
	if err != nil { fmt.Println(err); os.Exit(1) }
	var bo [6]uint32
	bo[0] = 65536
	_, _, e := syscall.Syscall(syscall.SYS_IOCTL, f.Fd(), 0xc0186445, uintptr(unsafe.Pointer(&bo)))
	var off [4]uint32
	off[0] = bo[4]
	syscall.Syscall(syscall.SYS_IOCTL, f.Fd(), 0xc0106446, uintptr(unsafe.Pointer(&off)))
	m, err := syscall.Mmap(int(f.Fd()), int64(off[2])|int64(off[3])<<32, 65536, 3, 1)
	if err != nil { fmt.Println(err); os.Exit(1) }
	m[7] = 9
	fmt.Println(int(e), bo[4], m[7])
}
`,
      );
      const env = { ...process.env, CGO_ENABLED: '0', GOCACHE: join(scratch, 'cache'), GO111MODULE: 'off' };
      execFileSync('go', ['build', '-o', join(scratch, 'go'), source], { env, stdio: 'inherit' });
      const { status, stdout } = await panthorShim(['run', '--', join(scratch, 'go')]);
      expect([status, String(stdout)]).toEqual([0, '0 1 9\n']);
    },
    120_000,
  );

  it.skipIf(!hasMusl)('is not needed for musl, which preloads', async () => {
    const program = join(scratch, 'musl');
    const source = join(scratch, 'musl.c');
    writeFileSync(
      source,
      '#include <fcntl.h>\n#include <sys/ioctl.h>\nint main(void) { char v[64] = {0}; int fd = open("/dev/dri/renderD128", O_RDWR); return fd < 0 || ioctl(fd, _IOWR(\'d\', 0, v), v); }\n',
    );
    execFileSync('musl-gcc', ['-o', program, source]);
    expect(await panthorShim(['run', '--', program])).toMatchObject({ status: 0, stderr: '' });
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
