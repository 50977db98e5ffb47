import { execFileSync, spawn } from 'node:child_process';
import {
  copyFileSync,
  createWriteStream,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { CAPTURES, capturePath, captureText, convertBytes, head } from '../capture/helpers.ts';
import { sampled } from '../tooling/long.ts';
import { panthorShim, program } from './program.ts';

const folder = mkdtempSync(join(tmpdir(), 'panthor-shim-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string): string => join(folder, name);

describe('panthor-shim', () => {
  it('prints its version, and help with every command in it', async () => {
    expect((await panthorShim(['--version'])).stdout.toString()).toMatch(/^\d+\.\d+\.\d+\n$/);
    const help = await panthorShim(['--help']);
    expect(help.status).toBe(0);
    for (const command of ['info', 'dump', 'convert'])
      expect(help.stdout.toString()).toContain(`  ${command} `);
  });

  it.each([[[]], [['frobnicate']], [['info']], [['info', 'a', 'b']], [['dump', 'x', '--records', 'one']]])(
    'says what is wrong with the arguments %j and ends with status 2',
    async (args) => {
      const { status, stdout, stderr } = await panthorShim(args);
      expect({ status, stdout: stdout.length }).toEqual({ status: 2, stdout: 0 });
      expect(stderr).not.toBe('');
    },
  );

  it('says that it is not built, in one sentence', async () => {
    const copy = file('bin');
    mkdirSync(copy);
    copyFileSync(program, join(copy, 'panthor-shim.mjs'));
    const child = spawn(process.execPath, [join(copy, 'panthor-shim.mjs')]);
    let stderr = '';
    child.stderr.on('data', (chunk) => (stderr += chunk));
    const status = await new Promise((done) => child.on('close', done));
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr: 'panthor-shim is not built: run `npm install` (or `npm run build`) in its folder first.\n',
    });
  });

  it('ends quietly when its output has no reader any more', () => {
    const script = `"${process.execPath}" "${program}" dump "${capturePath('gallium-egl')}" | head -1`;
    const output = execFileSync('bash', ['-o', 'pipefail', '-c', `${script} 2>&1`], { encoding: 'utf8' });
    expect(output.split('\n').length).toBe(2);
  });
});

describe('convert', () => {
  it.each(sampled(CAPTURES, 3))(
    '%s goes to .ptcap, to .jsonl and to .jsonl.gz and comes back',
    async (name) => {
      const text = captureText(name);
      const [binary, plain, zipped] = ['a.ptcap', 'b.jsonl', 'c.jsonl.gz'].map(file);
      for (const [from, to] of [
        [capturePath(name), binary],
        [binary, zipped],
        [zipped, plain],
      ]) {
        expect(await panthorShim(['convert', from, to])).toMatchObject({ status: 0, stderr: '' });
      }
      expect(readFileSync(plain).equals(text)).toBe(true);
      expect(gunzipSync(readFileSync(zipped)).equals(text)).toBe(true);
      expect(readFileSync(binary).equals(await convertBytes(text, 'ptcap'))).toBe(true);
    },
  );

  it('reads standard input and writes standard output', async () => {
    const text = captureText('vulkaninfo');
    const binary = await panthorShim(['convert', '-', '-', '--to', 'ptcap'], text);
    expect(binary.status).toBe(0);
    const back = await panthorShim(['convert', '--from', 'ptcap', '-', '-', '--to', 'jsonl'], binary.stdout);
    expect(back.stdout.equals(text)).toBe(true);
  });

  it('will not guess a form, write over its input, or take another form than it was told', async () => {
    const path = file('same.jsonl');
    writeFileSync(path, captureText('vulkaninfo'));
    for (const [args, status] of [
      [[path, file('what.bin')], 2],
      [[path, '-'], 2],
      [[path, '-', '--to', 'xml'], 2],
      [[path, path], 2],
      [[path, join(folder, 'no', 'such', 'place.jsonl')], 2],
      [[path, file('new.ptcap'), '--from', 'ptcap'], 3],
    ] as [string[], number][]) {
      const result = await panthorShim(['convert', ...args]);
      expect({ args, status: result.status }).toEqual({ args, status });
      expect(result.stderr).toMatch(/^panthor-shim: .*\n$/);
    }
    expect(readFileSync(path).equals(captureText('vulkaninfo'))).toBe(true);
  });

  it('keeps what came before corruption', async () => {
    const text = head(captureText('vulkaninfo'), 12);
    const out = file('saved.jsonl');
    const result = await panthorShim(['convert', '-', out], text.subarray(0, text.length - 10));
    expect(result.status).toBe(3);
    expect(result.stderr).toMatch(/record 10, .* byte \d+/);
    expect(readFileSync(out).equals(head(text, 11))).toBe(true);
  });
});

describe('info', () => {
  it('counts what is in a capture', async () => {
    const { status, stdout } = await panthorShim(['info', capturePath('vulkan-sparse'), '--json']);
    expect(status).toBe(0);
    const info = JSON.parse(stdout.toString());
    const lines = captureText('vulkan-sparse').toString().trim().split('\n').slice(1);
    const records = lines.map((line) => JSON.parse(line));
    expect(info).toMatchObject({
      client: 'vulkan-sparse',
      arch: 'aarch64',
      replies: 'stand-in',
      driver_version: '1.9.0',
      form: 'jsonl',
      gzip: true,
      records: records.length,
      mmaps: records.filter((r) => r.type === 'mmap').length,
      threads: [...new Set(records.flatMap((r) => r.tid ?? []))],
      vms: [{ fd: 7, id: 1, user_va_range: '0x800000000000', destroyed: true }],
      objects: { created: 19, closed: 19 },
    });
    expect(info.ioctls.total).toBe(records.filter((r) => r.type === 'ioctl').length);
    expect(info.ioctls.by_name.VM_BIND).toBe(records.filter((r) => r.request === '0xc0186443').length);
    expect(info.time.span_ns).toBe(records[records.length - 1].time_ns - records[0].time_ns);
    const passed = records.flatMap((r) => r.buffers ?? []).reduce((sum, b) => sum + b.in.length / 2, 0);
    expect(info.bytes.buffers).toBe(passed);
  });

  it('says the same of every form, from a file, a FIFO and standard input', async () => {
    const text = captureText('gallium-egl');
    const binary = file('g.ptcap');
    writeFileSync(binary, await convertBytes(text, 'ptcap'));
    const fifo = file('fifo');
    execFileSync('mkfifo', [fifo]);
    const fromFifo = panthorShim(['info', fifo]);
    createWriteStream(fifo).end(text);
    const reports = await Promise.all([
      panthorShim(['info', capturePath('gallium-egl')]),
      panthorShim(['info', binary]),
      panthorShim(['info', '-'], text),
      fromFifo,
    ]);
    const plain = reports.map(({ stdout }) => stdout.toString().replace(/^form .*$/m, ''));
    expect(new Set(plain).size).toBe(1);
    expect(plain[0]).toContain('gallium-egl (aarch64)');
    expect(reports.map(({ status }) => status)).toEqual([0, 0, 0, 0]);
  });

  it('reports what came before corruption, then the corruption with record and byte', async () => {
    const text = head(captureText('vulkaninfo'), 12);
    const bad = Buffer.concat([text, Buffer.from('{"type":"ioctl"}\n')]);
    const { status, stdout, stderr } = await panthorShim(['info', '-', '--json'], bad);
    expect(status).toBe(3);
    expect(JSON.parse(stdout.toString()).records).toBe(11);
    expect(stderr).toBe(
      `panthor-shim: standard input: record 11: corrupt at byte ${text.length}: time_ns: found no such key, expected one\n`,
    );
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['random bytes', Buffer.from('8f00deadbeef', 'hex')],
    ['no header', captureText('vulkaninfo').subarray(captureText('vulkaninfo').indexOf(10) + 1)],
  ])('ends with status 3 for %s', async (_, bytes) => {
    const { status, stderr } = await panthorShim(['info', '-'], bytes);
    expect(status).toBe(3);
    expect(stderr).toMatch(/header \(before record 0\).*: corrupt at byte \d+: /);
  });
});

describe('dump', () => {
  const dump = async (...args: string[]): Promise<string> =>
    (await panthorShim(['dump', capturePath('vulkan-sparse'), ...args])).stdout.toString();

  it('is so with --trace of a replay, and in its report and divergences', async () => {
    const file = 'test/fixtures/cases/imported-partial-unmap.jsonl';
    const { stdout } = await panthorShim(['replay', file, '--kernel', '6.18', '--trace', 'ops']);
    const reason = 'EINVAL at ops[0].va [panthor_vm_unmap_pages]: 0x10080000 is within the 2 MiB block';
    const lines = stdout.toString().split('\n');
    expect(lines.filter((line) => line.includes(`refused: ${reason}`)).length).toBe(1);
    expect(lines.filter((line) => line.includes(`record 4: VM_BIND: ${reason}`)).length).toBe(1);
    expect(
      lines.filter((line) => /record 4: VM_BIND: succeeded there, EINVAL here \(at ops\[0\]\.va/.test(line))
        .length,
    ).toBe(1);
  });

  it('says why a call failed: from what was before it, from its bytes, or that it was the machine', async () => {
    const failed = async (name: string): Promise<string> =>
      (await panthorShim(['dump', '--failed', `test/fixtures/cases/${name}.jsonl`])).stdout.toString();
    const refused = (text: string) => [...text.matchAll(/refused: (.*)/g)].map((found) => found[1]);
    expect(refused(await failed('captured-on-uapi-1.5'))).toEqual([
      'EINVAL at ops[0].va [panthor_vm_unmap_pages]: 0x10080000 is within the 2 MiB block at 0x10000000 to 0x10200000, which cannot be unmapped in part',
      'EINVAL: [drm_ioctl]: BO_SYNC came with uAPI 1.7, this is 1.5',
    ]);
    expect(refused(await failed('large-object-enomem'))).toEqual([
      'ENOMEM: the memory of its machine, a signal or a lock, nothing that was asked',
    ]);
  });

  it('prints calls as strace does', async () => {
    expect(await dump('--records', '13')).toBe(
      '   13    0.198036  27568 ioctl(6, DRM_IOCTL_SYNCOBJ_WAIT, {handles=[1], timeout_nsec=0, count_handles=1, ' +
        'flags=ALL, first_signaled=0, deadline_nsec=0}) = 0\n',
    );
    expect(await dump('--records', '54,68')).toBe(
      '   54    0.304352  27568 ioctl(7, DRM_IOCTL_PANTHOR_VM_BIND, {vm_id=1, flags=0, ops=[\n' +
        '      {flags=MAP_NOEXEC|TYPE_MAP, bo_handle=7, bo_offset=0x0, va=0xffe00000, size=0x80000, syncs=NULL},\n' +
        '      {flags=MAP_NOEXEC|TYPE_MAP, bo_handle=7, bo_offset=0x0, va=0xffe80000, size=0x80000, syncs=NULL}\n' +
        '      ]}) = 0\n' +
        '   68    0.338373      - mmap(7, length=0xa00000, prot=PROT_READ|PROT_WRITE, flags=MAP_SHARED, ' +
        'offset=0xff55c000) = ok\n',
    );
    expect(await dump('--records', '25')).toContain(
      '{size=0x600 => 0x1000, flags=WB_MMAP, exclusive_vm_id=1, handle=1}',
    );
    expect(await dump('--records', '1')).toContain('name_len=7, name="panthor"');
  });

  it('takes ranges and names', async () => {
    const numbers = (text: string): number[] =>
      text.split('\n').flatMap((line) => (/^ *(\d+) /.test(line) ? [Number.parseInt(line, 10)] : []));
    expect(numbers(await dump('-r', '3-5,8,230-'))).toEqual([3, 4, 5, 8, 230, 231, 232, 233, 234]);
    expect(numbers(await dump('-r', '-2'))).toEqual([0, 1, 2]);
    const creations = numbers(await dump('--ioctl', 'vm_create,DRM_IOCTL_PANTHOR_VM_DESTROY'));
    expect(creations).toEqual([24, 234]);
    expect(numbers(await dump('--ioctl', 'mmap')).length).toBe(18);
  });

  it('prints what pointers lead to as JSON too', async () => {
    const bind = JSON.parse(await dump('--json', '-r', '84'));
    expect(bind.arg).toMatchObject({ vm_id: 1, flags: 1, ops: { count: 2 } });
    expect(bind.out).toBeUndefined();
    expect(bind.buffers[0]).toMatchObject({ path: 'ops', struct: 'drm_panthor_vm_bind_op' });
    expect(bind.buffers[0].items[1].value).toMatchObject({
      bo_handle: 10,
      va: '0x7ffffea00000',
      size: '0x200000',
    });
    const version = JSON.parse(await dump('--json', '-r', '1'));
    expect(version.out.arg).toMatchObject({ version_major: 1, version_minor: 9 });
  });

  it('prints one JSON object a line, with the same numbers', async () => {
    const lines = (await dump('--json', '-i', 'VM_CREATE,mmap'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.length).toBe(19);
    expect(lines.find((line) => line.type === 'ioctl')).toMatchObject({
      index: 24,
      name: 'VM_CREATE',
      arg: { flags: 0, id: 0, user_va_range: '0x800000000000' },
      out: { arg: { id: 1 } },
      error: null,
    });
  });
});
