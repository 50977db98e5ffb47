import { execFile, execFileSync } from 'node:child_process';
import { createWriteStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { capturePath, captureText, convertBytes, head } from '../capture/helpers.ts';
import { panthorShim, program } from './program.ts';

const folder = mkdtempSync(join(tmpdir(), 'panthor-shim-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string): string => join(folder, name);

const sparse = capturePath('vulkan-sparse');
const stdout = async (...args: string[]): Promise<string> => (await panthorShim(args)).stdout.toString();
const json = async (...args: string[]) => JSON.parse(await stdout(...args));

describe('replay', () => {
  it('says the same of the binary, the text, the gzip, the FIFO and standard input', async () => {
    const text = captureText('zink-sparse-buffer-basic');
    writeFileSync(file('a.jsonl'), text);
    writeFileSync(file('a.ptcap'), await convertBytes(text, 'ptcap'));
    execFileSync('mkfifo', [file('fifo')]);
    for (const options of [['--json'], []]) {
      const fromFifo = panthorShim(['replay', file('fifo'), ...options]);
      createWriteStream(file('fifo')).end(text);
      const results = await Promise.all([
        panthorShim(['replay', capturePath('zink-sparse-buffer-basic'), ...options]),
        panthorShim(['replay', file('a.jsonl'), ...options]),
        panthorShim(['replay', file('a.ptcap'), ...options]),
        panthorShim(['replay', '-', ...options], text),
        fromFifo,
      ]);
      expect(new Set(results.map((result) => result.stdout.toString())).size).toBe(1);
      expect(results.map(({ status, stderr }) => ({ status, stderr }))).toEqual(
        Array(5).fill({ status: 0, stderr: '' }),
      );
    }
  });

  it('has a JSON object of the promised shape, on the kernel that the driver version names', async () => {
    const report = await json('replay', sparse, '--json');
    const lines = captureText('vulkan-sparse').toString().trim().split('\n').slice(1);
    expect(report).toMatchObject({
      kernel: '7.3',
      client: 'vulkan-sparse',
      records: lines.length,
      ioctls: { total: 217, failed: 0, by_name: { VM_BIND: 51, VM_CREATE: 1, SYNCOBJ_WAIT: 14 } },
      bind_ops: { map: 68, unmap: 22, sync_only: 2, sparse: 3, async: 48, sync: 44 },
      // It sleeps once, 50 ms after its groups idled.
      as: { activations: 2, evictions: 0, faults: 0 },
      mmu: { commands: { FLUSH_MEM: 0 } },
      warnings: [],
      explained: [],
      divergences: [],
    });
    const { commands, cache_flushes } = report.mmu;
    expect(commands.LOCK).toBeGreaterThanOrEqual(commands.UNLOCK);
    expect(commands.UPDATE).toBeGreaterThan(0);
    expect(cache_flushes).toBeGreaterThan(0);
    const emulated = await json('replay', capturePath('vulkan-sparse-emulated'), '--json');
    expect(emulated).toMatchObject({ kernel: '7.2', divergences: [], explained: [] });
  });

  it('takes another kernel, and behaviours switched', async () => {
    const old = await json('replay', sparse, '--json', '--kernel', '7.2');
    expect(old.explained).toEqual([
      { index: 6, why: expect.stringContaining('MMU_INFO came with 1.9') },
      { index: 19, why: expect.stringContaining('MMU_INFO came with 1.9') },
    ]);
    const result = await panthorShim(['replay', sparse, '--json', '--without', 'sparse-map']);
    expect(result.status).toBe(1);
    const switched = JSON.parse(result.stdout.toString());
    expect(switched.switched).toEqual(['-sparse-map']);
    expect(switched.divergences[0]).toEqual({
      index: 82,
      what: 'VM_BIND: succeeded there, EINVAL here (at ops[0].bo_handle [panthor_vm_prepare_map_op_ctx]: no object has handle 0, and this driver has no MAP_SPARSE)',
      would_explain: ['+sparse-map'],
    });
    expect(await panthorShim(['replay', sparse, '--kernel', '5.0'])).toMatchObject({ status: 2 });
    expect(await panthorShim(['replay', sparse, '--without', 'nonsense'])).toMatchObject({ status: 2 });
  });

  it('tells people what the client did, VM by VM, with a drawing of its address space', async () => {
    const text = await stdout('replay', sparse);
    expect(text).toContain(
      "vulkan-sparse (aarch64, panthor 1.9.0, replies are a stand-in's) on kernel 7.3\n",
    );
    expect(text).toMatch(/VM 1 of fd 7: created in record 24, destroyed in record 234\n/);
    expect(text).toMatch(/ {4}0x0000ff400000 {2}█+ +10 MiB {2}BO 8 \+0x0 +5 × 2M +NOEXEC\n/);
    expect(text).toMatch(/ {20}· +880 KiB {2}hole\n/);
    expect(text).toMatch(/░+ +\S+ \S+ {2}sparse /);
    expect(text).toMatch(/AS 1; enabled 2/);
    expect(text).toMatch(/\n0 warnings\n0 divergences\n$/);
  });

  it('stops after the record that it is told to', async () => {
    expect(await json('replay', sparse, '--json', '--stop-at', '82')).toMatchObject({
      records: 83,
      bind_ops: { sparse: 1 },
    });
    expect(await json('replay', sparse, '--json', '--stop-at', '5000')).toMatchObject({ records: 235 });
  });

  it('traces operations and registers under their kernel names, one line an event', async () => {
    const both = await stdout('replay', sparse, '--stop-at', '69', '--trace', 'ops,regs');
    const at69 = both.split('\n').filter((line) => line.startsWith('   69 '));
    const wanted = [
      /DRM_IOCTL_PANTHOR_VM_BIND/,
      /AS1_LOCKADDR_LO <- 0x/,
      /AS1_COMMAND <- 0x2/,
      /panthor_gpuva_sm_step_map va=0xff400000 range=0xa00000 obj=BO 8 offset=0x0/,
      /map_pages iova=0xff400000 pa=0x[0-9a-f]+ pgsize=0x200000 pgcount=2: mapped 0x400000/,
      /AS1_COMMAND <- 0x3/,
    ];
    let from = 0;
    for (const pattern of wanted) {
      const found = at69.findIndex((line, i) => i >= from && pattern.test(line));
      expect(found, `${pattern}`).toBeGreaterThanOrEqual(from);
      from = found + 1;
    }
    const ops = await stdout('replay', sparse, '--stop-at', '69', '--trace', 'ops');
    expect(ops).not.toContain('AS1_LOCKADDR');
    const traced = ops.slice(0, ops.indexOf('vulkan-sparse (')).trimEnd().split('\n');
    for (const line of traced) expect(line).toMatch(/^ {0,4}\d+ /);
    const regs = await stdout('replay', sparse, '--stop-at', '69', '--trace', 'regs');
    expect(regs).not.toContain('sm_step_map');
    expect(await panthorShim(['replay', sparse, '--trace', 'memory'])).toMatchObject({ status: 2 });
  });

  it('reports what came before corruption, then the corruption, and ends with status 3', async () => {
    const text = head(captureText('vulkan-sparse'), 100);
    const {
      status,
      stdout: out,
      stderr,
    } = await panthorShim(['replay', '-', '--json'], text.subarray(0, -5));
    expect(status).toBe(3);
    expect(JSON.parse(out.toString()).records).toBe(98);
    expect(stderr).toMatch(
      /^panthor-shim: standard input: record 98, which begins at byte \d+: corrupt at byte \d+: .*\n$/,
    );
  });

  it('goes on to the end of a FIFO whose writer dies within a record', async () => {
    execFileSync('mkfifo', [file('dying')]);
    const reading = panthorShim(['replay', file('dying'), '--json']);
    createWriteStream(file('dying')).end(head(captureText('vulkan-sparse'), 100).subarray(0, -5));
    const { status, stdout: out, stderr } = await reading;
    expect(status).toBe(0);
    expect(JSON.parse(out.toString()).records).toBe(98);
    expect(stderr).toMatch(/the writer went away in record 98, at byte \d+/);
  });

  it('says that --check has nothing to compare with where a stand-in replied', async () => {
    const { status, stderr } = await panthorShim(['replay', sparse, '--check', '--json']);
    expect(status).toBe(0);
    expect(stderr).toContain('stand-in');
  });
});

describe('vm', () => {
  let at97: {
    index: number;
    vms: { id: number; vmas: Record<string, unknown>[]; pages: Record<string, number> }[];
  };
  beforeAll(async () => {
    at97 = await json('vm', sparse, '--at', '97', '--json');
  });

  it('shows VMAs, page tables and slots after a record as JSON', () => {
    expect(at97.index).toBe(97);
    expect(at97.vms.length).toBe(1);
    expect(at97.vms[0]).toMatchObject({
      fd: 7,
      id: 1,
      unusable: false,
      as: null,
      tables: expect.any(Number),
    });
    expect(at97.vms[0].vmas[0]).toEqual({
      va: '0xff400000',
      size: '0xa00000',
      bo: 8,
      bo_offset: '0x0',
      flags: ['NOEXEC'],
    });
    expect(at97.vms[0].vmas).toContainEqual({
      va: '0x7ffffe830000',
      size: '0x10000',
      bo: null,
      bo_offset: '0x30000',
      flags: ['NOEXEC', 'SPARSE'],
    });
    const bytes = at97.vms[0].vmas.reduce((sum, vma) => sum + Number(vma.size), 0);
    expect(at97.vms[0].pages['4k'] * 0x1000 + at97.vms[0].pages['2m'] * 0x200000).toBe(bytes);
  });

  it('shows each VM when it is fullest without --at, and as JSON the end, where this client has destroyed its VM', async () => {
    expect(await json('vm', sparse, '--json')).toEqual({ index: 234, vms: [] });
    expect(await stdout('vm', sparse, '--at', '234')).toBe('after record 234: 0 VMs\n');
    const [head, , vm, , mappings] = (await stdout('vm', sparse)).split('\n');
    expect(head).toBe('records 0 to 234: 1 VM, shown when fullest; --at N shows another moment');
    expect(vm).toBe('VM 1 of fd 7, after record 109 (destroyed by record 234): no AS slot');
    expect(mappings).toContain('98 mappings of 28.6 MiB');
  });

  it('takes kernel and GPU from the environment, where no option names them', async () => {
    const kernelOf = async (env: Record<string, string>, ...args: string[]): Promise<string> => {
      const run = promisify(execFile);
      const { stdout: text } = await run(process.execPath, [program, 'replay', sparse, '--json', ...args], {
        env: { ...process.env, ...env },
        maxBuffer: 1 << 26,
      });
      return (JSON.parse(text) as { kernel: string }).kernel;
    };
    expect(await kernelOf({ PANTHOR_SHIM_KERNEL: 'next' })).toBe('7.3');
    expect(await kernelOf({ PANTHOR_SHIM_KERNEL: '7.3' }, '--kernel', '7.2', '--with', 'sparse-map')).toBe(
      '7.2',
    );
    await expect(kernelOf({ PANTHOR_SHIM_GPU: 'g999' })).rejects.toThrow('g999');
    await expect(kernelOf({ PANTHOR_SHIM_KERNEL: '9.9.9.9' })).rejects.toThrow('9.9.9.9');
  });

  it('has no slot to show before anything was submitted', async () => {
    const early = await json('vm', sparse, '--at', '24', '--json');
    expect(early.vms).toMatchObject([{ id: 1, as: null, vmas: [], pages: { '4k': 0, '2m': 0 } }]);
  });

  it('draws all mappings for people', async () => {
    const text = await stdout('vm', sparse, '--at', '97');
    const drawn = text.split('\n').filter((line) => /^ {4}0x[0-9a-f]{12} {2}[█▓░]+ /.test(line));
    expect(drawn.map((line) => Number(line.trim().split(' ')[0]))).toEqual(
      at97.vms[0].vmas.map((vma) => Number(vma.va)),
    );
  });

  it('walks one translation, descriptor by descriptor', async () => {
    const text = await stdout('vm', sparse, '--at', '97', '--walk', '1@0xff5ff123');
    expect(text).toMatch(
      new RegExp(
        [
          '^VM 1 of fd 7 @ 0x0000ff5ff123',
          '  AS_TRANSTAB → level 0 table at 0x[0-9a-f]+',
          '  L0\\[  0\\] at 0x[0-9a-f]+ = 0x[0-9a-f]{16} {2}table → 0x[0-9a-f]+',
          '  L1\\[  3\\] at 0x[0-9a-f]+ = 0x[0-9a-f]{16} {2}table → 0x[0-9a-f]+',
          '  L2\\[506\\] at 0x[0-9a-f]+ = 0x[0-9a-f]{16} {2}block → 0x[0-9a-f]+ AttrIndx=1 read-write .*no-execute',
          '  → 0x[0-9a-f]+ff123 \\(2 MiB leaf\\)',
          '  BO 8 \\+0x1ff123\n$',
        ].join('\n'),
      ),
    );
    const walk = await json('vm', sparse, '--at', '97', '--walk', '7:1@0x7ffffe833000', '--json');
    expect(walk).toMatchObject({
      level: 3,
      page_size: 4096,
      bo: null,
      sparse: true,
      bo_offset: '0x33000',
      agrees: true,
    });
    expect(walk.steps.map((step: { level: number }) => step.level)).toEqual([0, 1, 2, 3]);
    const hole = await stdout('vm', sparse, '--at', '97', '--walk', '1@0x1000');
    expect(hole).toMatch(
      /= 0x0000000000000000 {2}invalid\n {2}translation fault at level \d\n {2}nothing is mapped there\n$/,
    );
  });

  it.each([
    [['--at', '235'], 'there is no record 235: the capture ends with 234'],
    [['--at', '97', '--walk', '2@0x1000'], 'there is no VM 2 then, but 7:1'],
    [['--at', '97', '--walk', '6:1@0x1000'], 'there is no VM 1 then, but 7:1'],
    [['--at', '-1'], 'expected a record number'],
    [['--walk', '1'], 'expected VM@VA'],
    [['--walk', '1@0x1000000000000'], 'addresses have 48 bits'],
  ])('%j ends with status 2 and a sentence', async (args, message) => {
    const { status, stderr } = await panthorShim(['vm', sparse, ...args]);
    expect(status).toBe(2);
    expect(stderr).toContain(message);
  });
});
