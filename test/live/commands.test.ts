import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  createReadStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { panthorShim, program } from '../cli/program.ts';
import { expectValid } from '../cli/schema.ts';
import { buildNative, compileProgram, compiler, leftOver, startServer } from './toolbox.ts';

const scratch = mkdtempSync(join(tmpdir(), 'panthor-commands-'));
afterAll(() => rmSync(scratch, { recursive: true }));
const file = (name: string): string => join(scratch, name);

interface Line {
  type: string;
  request?: string;
  ret?: number;
  errno?: number;
  fd?: number;
  [field: string]: unknown;
}

function lines(path: string): Line[] {
  return readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
}

/** What two recordings of one run have in common: all but when, by whom, and at which addresses. */
function essence(line: Line): unknown {
  const { type, request, ret, errno, fd, prot, flags, length, ok } = line;
  const sizes = ((line.buffers as { in: string; out?: string }[] | undefined) ?? []).map((b) => b.in.length);
  return { type, request, ret, errno, fd, prot, flags, length, ok, sizes };
}

describe.skipIf(compiler === null)('panthor-shim', () => {
  let sharing = '';
  let life = '';
  beforeAll(async () => {
    await buildNative();
    sharing = compileProgram('sharing', scratch);
    life = compileProgram('life', scratch);
  }, 120_000);

  it('run passes the exit status on, whatever ended the command', async () => {
    for (const [command, status] of [
      [['true'], 0],
      [['sh', '-c', 'exit 7'], 7],
      [['sh', '-c', 'kill -9 $$'], 137],
      [['/nowhere/at/all'], 127],
      [['/dev/null'], 126],
    ] as const) {
      const result = await panthorShim(['run', '--', ...command]);
      expect({ command, status: result.status, stdout: result.stdout.toString() }).toEqual({
        command,
        status,
        stdout: '',
      });
    }
  }, 60_000);

  it('run gives the command its own input and output', async () => {
    const { status, stdout } = await panthorShim(
      ['run', '--', 'sh', '-c', 'cat; ls /dev/dri'],
      Buffer.from('in\n'),
    );
    expect(status).toBe(0);
    expect(stdout.toString()).toMatch(/^in\n(.*\n)*card\d+\n(.*\n)*renderD\d+\n/);
  });

  it('run --record follows objects and fences from file to file and process to process', async () => {
    const path = file('sharing.jsonl');
    const { status } = await panthorShim(['run', '--kernel', 'next', '--record', path, '--', sharing]);
    expect(status).toBe(0);
    const calls = lines(path);
    const dmaBuf = calls.filter((line) => line.request?.endsWith('6202') || line.request?.endsWith('6203'));
    expect(dmaBuf.length).toBeGreaterThanOrEqual(4);
    expect(dmaBuf.every((line) => (line.fd as number) >= 1 << 20)).toBe(true);
    // What one process waits for another one signals: the replay knows only if the descriptor is one thing to both.
    const replay = await panthorShim(['replay', '--check', '--json', path]);
    expect(JSON.parse(replay.stdout.toString()).divergences).toEqual([]);
    expect(replay.status).toBe(0);
  });

  it('run --record names the release that the model stands for, and the node of each file; replay goes by both', async () => {
    const script =
      'for n in /dev/dri/card0 /dev/dri/renderD128; do $0 $1 device info --device $n; done > /dev/null';
    const command = ['sh', '-c', script, process.execPath, program];
    const recordOn = async (...kernel: string[]) => {
      const path = file('nodes.jsonl');
      expect((await panthorShim(['run', ...kernel, '--record', path, '--', ...command])).status).toBe(0);
      return lines(path);
    };
    const [header, ...records] = await recordOn('--kernel', '7.1', '--card', '0');
    expect(header.kernel_release).toBe('7.1.5');
    const nodes = records.filter(({ node }) => node !== undefined);
    expect(nodes.map(({ node }) => node)).toEqual(['primary', 'render']);
    expect(new Set(nodes.map(({ fd }) => fd)).size).toBe(2);
    const replay = await panthorShim(['replay', '--json', '--check', file('nodes.jsonl')]);
    expect(JSON.parse(replay.stdout.toString())).toMatchObject({
      kernel: '7.1.5',
      kernel_guess: null,
      divergences: [],
    });
    // What no release stands for is guessed.
    const [switched] = await recordOn('--kernel', 'atomic-v4', '--card', '0');
    expect(switched.kernel_release).toBeUndefined();
  });

  it('serve says where it cannot make its folder, and does not try for ever', async () => {
    for (const dir of ['/proc/self/x/y', `${process.execPath}/x`]) {
      const { status, stderr } = await panthorShim(['serve', '--dir', dir]);
      expect(stderr).toMatch(/^panthor-shim: cannot make .*: /);
      expect(status).toBe(2);
    }
  });

  it('run --report says what was asked, for people and as JSON', async () => {
    const text = await panthorShim(['run', '--report', '--', sharing]);
    expect(text.status).toBe(0);
    expect(text.stderr).toContain('PRIME_FD_TO_HANDLE');
    await panthorShim(['run', '--kernel', '7.2', '--report', file('report.json'), '--', sharing]);
    const report = JSON.parse(readFileSync(file('report.json'), 'utf8'));
    expect(report).toMatchObject({
      kernel: '7.2',
      bugs: 0,
      left: { files: 0, vms: 0, objects: 0 },
      files: 3,
    });
    expect(report.ioctls.by_name.SYNCOBJ_WAIT).toBe(4);
    expectValid('run', report);
  });

  it('run shows the nodes that --card names, on the kernel and GPU that were asked for', async () => {
    const { stdout } = await panthorShim([
      'run',
      '--card',
      '5',
      '--gpu',
      'g310',
      '--',
      'sh',
      '-c',
      'ls /dev/dri',
    ]);
    expect(stdout.toString()).toContain('card5\n');
    expect(stdout.toString()).toContain('renderD133\n');
    for (const wrong of [
      ['--kernel', '5.0'],
      ['--gpu', '/nowhere'],
      ['--card', '64'],
      ['--with', 'magic'],
    ]) {
      expect((await panthorShim(['run', ...wrong, '--', 'true'])).status).toBe(2);
    }
  });

  it('run --record and record write the same calls', async () => {
    const run = await panthorShim(['run', '--record', file('run.jsonl'), '--', sharing]);
    expect(run).toMatchObject({ status: 0, stderr: '' });
    const nested = [
      'run',
      '--',
      process.execPath,
      program,
      'record',
      '-o',
      file('record.jsonl'),
      '--',
      sharing,
    ];
    expect(await panthorShim(nested)).toMatchObject({ status: 0, stderr: '' });
    const [headerRun, ...ofRun] = lines(file('run.jsonl'));
    const [headerRecord, ...ofRecord] = lines(file('record.jsonl'));
    // Which release the model stands for is known to who runs it, not to a client of it.
    const { kernel_release: _release, ...same } = headerRun;
    expect(headerRecord).toEqual({ ...same, client: headerRecord.client });
    expect(headerRun).toMatchObject({ replies: 'model', driver_version: '1.9.0' });
    expect(ofRun.length).toBeGreaterThan(45);
    // The end of a process is seen by two others here, and neither waits for the other.
    // Calls on dma-bufs are seen by `run` only.
    const ofDevice = ofRun.filter((line) => (line.fd ?? 0) < 1 << 20);
    expect(ofDevice.length).toBe(ofRun.length - 5);
    // Two processes do not agree on which of their calls ended first: file by file then.
    for (const fd of [0, 1, 2]) {
      const calls = (all: Line[]): unknown[] =>
        all.filter((line) => line.type !== 'close' && line.fd === fd).map(essence);
      expect(calls(ofRecord)).toEqual(calls(ofDevice));
    }
    expect(ofRecord).toHaveLength(ofDevice.length);
  });

  it('run --record into a FIFO is read as it happens, and survives the reader', async () => {
    const fifo = file('fifo');
    execFileSync('mkfifo', [fifo]);
    const child = spawn(
      process.execPath,
      [
        program,
        'run',
        '--record',
        fifo,
        '--',
        'sh',
        '-c',
        `${sharing} && read x && ${sharing} && read x && ${sharing}`,
      ],
      {
        stdio: ['pipe', 'ignore', 'pipe'],
      },
    );
    let stderr = '';
    child.stderr.on('data', (text) => (stderr += text));
    const reader = createReadStream(fifo, 'utf8');
    let got = '';
    for await (const text of reader) {
      got += text;
      // All of the first client has arrived while the command still waits for its input.
      if ((got.match(/"type":"close"/g) ?? []).length === 3) break;
    }
    expect(got).toMatch(/^{"type":"header"/);
    expect(child.exitCode).toBe(null);
    // It is still reading, in another thread: what comes next ends that, and what comes after finds no reader.
    child.stdin.write('go\n');
    reader.on('error', () => {});
    if (!reader.closed) await new Promise((closed) => reader.once('close', closed));
    child.stdin.end('go\n');
    const [status] = await once(child, 'close');
    expect(status).toBe(0);
    expect(stderr).toContain('recording ends: EPIPE');
  });

  it('run serves on when it runs out of descriptors itself', async () => {
    const limits = compileProgram('limits', scratch);
    const run = `ulimit -n 600; exec '${process.execPath}' '${program}' run -- '${limits}' 2000 50`;
    const child = spawn('sh', ['-c', run], { stdio: ['ignore', 'pipe', 'inherit'] });
    let stdout = '';
    child.stdout.on('data', (text) => (stdout += text));
    expect(await once(child, 'close')).toEqual([0, null]);
    expect(stdout).toMatch(/^150 objects, errno 0\n\d+ files, errno 23\n$/);
  });

  it('run says in one line why a recording cannot be made', async () => {
    const { status, stderr } = await panthorShim(['run', '--record', '/nowhere/at/all', '--', 'true']);
    expect(status).toBe(2);
    expect(stderr).toMatch(/^panthor-shim: .*\/nowhere\/at\/all.*\n$/);
  });

  it('record fails where nothing was asked of a device', async () => {
    const { status, stderr } = await panthorShim(['record', '-o', file('nothing.jsonl'), '--', 'true']);
    expect(status).toBe(1);
    expect(stderr).toContain('asked nothing');
    expect(lines(file('nothing.jsonl'))).toHaveLength(1);
  });

  it('serve takes many clients, one after the other and together, and ends when it is told to', async () => {
    const child = spawn(process.execPath, [program, 'serve'], { stdio: ['ignore', 'pipe', 'pipe'] });
    let text = '';
    let stderr = '';
    child.stderr.on('data', (chunk) => (stderr += chunk));
    for await (const chunk of child.stdout) {
      text += chunk;
      if (text.includes('LD_PRELOAD')) break;
    }
    const client = (): Promise<number> =>
      new Promise((resolve) => {
        const one = spawn('sh', ['-c', `${text}\nexec ${sharing}`], { stdio: 'inherit' });
        one.on('exit', (status) => resolve(status ?? -1));
      });
    expect(await client()).toBe(0);
    expect(await Promise.all([client(), client(), client(), client()])).toEqual([0, 0, 0, 0]);
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(stderr).toContain('15 open files');
  }, 60_000);

  it('serve refuses a directory that others can enter', async () => {
    mkdirSync(file('open'), { mode: 0o755 });
    const { status, stderr } = await panthorShim(['serve', '--dir', file('open')]);
    expect(status).toBe(2);
    expect(stderr).toContain('0700');
    expect(existsSync(join(file('open'), 'socket'))).toBe(false);
  });

  it('leaves nothing in the directory for temporary files', async () => {
    const own = file('tmp');
    mkdirSync(own);
    const { TMPDIR, XDG_RUNTIME_DIR } = process.env;
    Object.assign(process.env, { TMPDIR: own, XDG_RUNTIME_DIR: own });
    try {
      const running = await panthorShim(['run', '--', 'sh', '-c', `ls -a ${own}`]);
      expect(running.stdout.toString()).toMatch(/panthor-shim-/);
      await panthorShim(['run', '--', life, 'noexec']);
      await panthorShim(['run', '--record', file('more.ptcap'), '--', 'sh', '-c', 'kill -9 $$']);
      await panthorShim(['record', '-o', file('most.ptcap'), '--', 'false']);
    } finally {
      for (const [key, value] of Object.entries({ TMPDIR, XDG_RUNTIME_DIR })) {
        if (value === undefined) delete process.env[key];
        else process.env[key] = value;
      }
    }
    expect(readdirSync(own)).toEqual([]);
  }, 60_000);

  it.runIf(process.getuid?.() === 0)(
    'refuses the clients of another user, also where the directory lets them in',
    async () => {
      const fixture = startServer();
      for (const [path, mode] of [
        [scratch, 0o755],
        [fixture.dir, 0o755],
        [join(fixture.dir, 'socket'), 0o777],
      ] as const) {
        chmodSync(path, mode);
      }
      const shell = `exec 3<>/dev/dri/renderD128`;
      const child = spawn('sh', ['-c', shell], { env: fixture.env, uid: 65534, gid: 65534 });
      let stderr = '';
      child.stderr.on('data', (text) => (stderr += text));
      const [status] = await fixture.until(once(child, 'close'));
      expect(status).not.toBe(0);
      expect(stderr).toContain('Permission denied');
      expect(leftOver(fixture)).toMatchObject({ files: 0, connections: 0 });
      fixture.close();
    },
  );
});
