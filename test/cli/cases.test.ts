import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { CASES } from './fixture.ts';
import { panthorShim } from './program.ts';

const run = async (...args: string[]) => {
  const { status, stdout, stderr } = await panthorShim(args);
  return { status, out: stdout.toString(), stderr };
};
const folder = mkdtempSync(join(tmpdir(), 'panthor-shim-cases-'));
afterAll(() => rmSync(folder, { recursive: true }));
const json = async (...args: string[]) => JSON.parse((await run(...args, '--json')).out);

describe('cases from public reports', () => {
  it('a partial unmap of a block: the state is printed, leaf larger than the mapping', async () => {
    const kernel = ['--kernel', '7.2', '--without', 'align-unmap-to-block'];
    const replay = await run('replay', `${CASES}partial-unmap-of-block.jsonl`, ...kernel);
    expect(replay.status).toBe(1);
    expect(replay.out).toContain('leaf of 2 MiB, larger than the mapping');
    expect(replay.out).toMatch(/warnings\n {2}record 3: __arm_lpae_unmap: partial-block\n/);
    expect(replay.out).toContain('as recorded --with align-unmap-to-block');
    const vm = await run('vm', `${CASES}partial-unmap-of-block.jsonl`, '--at', '3', ...kernel);
    expect(vm.status).toBe(0);
    expect(vm.out).toMatch(/^VM 1 of fd 5, unusable: /m);
    expect(vm.out).toMatch(/0x000010000000 {2}█+ +512 KiB .* 1 × 2M /);
    const state = await json('vm', `${CASES}partial-unmap-of-block.jsonl`, '--at', '3', ...kernel);
    expect(state.vms[0].disagreements).toEqual([
      { va: '0x10000000', size: '0x200000', kind: 'leaf-beyond-mapping', bytes: '0x1000' },
    ]);
    for (const layout of ['contig4k', '4k', 'huge2M', 'mixed']) {
      const other = ['--kernel', '7.2', '--bo-layout', layout];
      expect((await run('vm', `${CASES}partial-unmap-of-block.jsonl`, '--at', '3', ...other)).status).toBe(0);
    }
  }, 30_000);

  it('recorded on uAPI 1.5: no divergence without any option, and what was guessed', async () => {
    const report = await json('replay', `${CASES}captured-on-uapi-1.5.jsonl`, '--check');
    expect(report).toMatchObject({ divergences: [], explained: [], followed: [] });
    expect(report.kernel_guess.between).toEqual(expect.arrayContaining(['6.17', '6.18']));
    const { out, status } = await run('replay', `${CASES}captured-on-uapi-1.5.jsonl`, '--check');
    expect(status).toBe(0);
    expect(out).toMatch(/^ {2}kernel guessed from uAPI 1\.5 .*6\.17.*6\.18/m);
    const named = await json('replay', `${CASES}captured-on-uapi-1.5.jsonl`, '--kernel', '6.18.2', '--check');
    expect(named).toMatchObject({ kernel_guess: null, divergences: [] });
  });

  it('no memory for a large object: followed and marked, the VM stays usable', async () => {
    const report = await json('replay', `${CASES}large-object-enomem.jsonl`, '--check');
    expect(report).toMatchObject({ divergences: [], followed: [{ index: 2 }] });
    const { out, status } = await run('replay', `${CASES}large-object-enomem.jsonl`);
    expect(status).toBe(0);
    expect(out).toMatch(/1 failure of the capture's machine\n {2}record 2: VM_BIND: ENOMEM/);
    const state = await json('vm', `${CASES}large-object-enomem.jsonl`, '--at', '3');
    expect(state.vms).toMatchObject([{ id: 1, unusable: false, vmas: [] }]);
  });

  it('the version that a 32-bit process asks for, in its own struct: no divergence', async () => {
    const header = readFileSync(`${CASES}flush-id-of-a-32-bit-process.jsonl`, 'utf8').split('\n')[0];
    const words = (...numbers: number[]) => Buffer.from(new Uint32Array(numbers).buffer).toString('hex');
    const record = {
      type: 'ioctl',
      time_ns: 1000,
      tid: 1,
      fd: 5,
      request: '0xc0246400',
      arg_in: words(0, 0, 0, 7, 0x2000, 0, 0, 0, 0),
      arg_out: words(1, 0, 0, 7, 0x2000, 1, 0, 18, 0),
      buffers: [{ addr: '0x2000', in: '00'.repeat(7), out: Buffer.from('panthor').toString('hex') }],
      ret: 0,
      errno: 0,
    };
    const path = join(folder, 'version32.jsonl');
    writeFileSync(path, `${header}\n${JSON.stringify(record)}\n`);
    const result = await run('replay', path, '--check');
    expect(result.out).toMatch(/\n0 divergences\n$/);
    expect((await run('dump', path)).out).toContain('name_len=7, name=0x2000, date_len=0 => 1, date=0x0');
    // The 64-bit struct would have lengths and pointers elsewhere.
    writeFileSync(path, `${header.replace('"arm"', '"aarch64"')}\n${JSON.stringify(record)}\n`);
    expect((await run('replay', path, '--check')).status).toBe(1);
  });

  it('the flush id of a 32-bit process: no divergence', async () => {
    for (const kernel of [[], ['--kernel', '6.12'], ['--kernel', '7.2']]) {
      const result = await run('replay', `${CASES}flush-id-of-a-32-bit-process.jsonl`, '--check', ...kernel);
      expect(result.out).toMatch(/\n0 divergences\n$/);
      expect(result.status).toBe(0);
    }
  });

  it('a partial unmap of an imported object: where the kernel dereferences NULL, the model says so and goes on', async () => {
    const file = `${CASES}imported-partial-unmap.jsonl`;
    for (const kernel of ['7.1.5', '7.2', '7.2.13', '7.3', 'next']) {
      const { out, status } = await run('replay', file, '--kernel', kernel);
      expect(out).toContain(
        'record 4: iova_mapped_as_huge_page: the kernel dereferences NULL here (2 times)\n',
      );
      expect(out).toMatch(/\n0 divergences\n$/);
      expect(status).toBe(0);
    }
    for (const kernel of ['6.12', '6.18']) {
      expect((await run('replay', file, '--kernel', kernel)).out).not.toContain('dereferences NULL');
    }
    const report = await json('replay', file, '--kernel', '7.2');
    expect(report.warnings[0]).toEqual({
      index: 4,
      what: 'iova_mapped_as_huge_page: the kernel dereferences NULL here',
      count: 2,
    });
    expect(report.records).toBe(7);
  }, 30_000);

  it('a fault of a kernel log is explained: type, level, access and source', async () => {
    const log = await run('fault', '--log', `${CASES}dmesg-fault.txt`);
    expect(log.out).toContain('page fault in AS 2 at VA 0x7f1200345ac0');
    expect(log.out).toContain(
      'TRANSLATION_FAULT_1, READ, source 0x2100: no valid descriptor in the level 1 table',
    );
    expect(log.status).toBe(0);
    const piped = await panthorShim(['fault', '--json'], readFileSync(`${CASES}dmesg-fault.txt`));
    expect(piped.status).toBe(0);
    expect(JSON.stringify(JSON.parse(piped.stdout.toString()))).toContain('0x7f1200345ac0');
  });

  it('a profile of another GPU says all that it lacks at once, and a template has every field', async () => {
    const file = `${CASES}g925.json`;
    expect((await run('replay', `${CASES}large-object-enomem.jsonl`, '--gpu', file)).status).toBe(0);
    const profile = JSON.parse(readFileSync(file, 'utf8'));
    const { name, gpu_id, l2_features, csg_slot_count, ...rest } = profile;
    const lacking = join(folder, 'lacking.json');
    writeFileSync(lacking, JSON.stringify(rest));
    const result = await run('replay', `${CASES}large-object-enomem.jsonl`, '--gpu', lacking);
    expect(result.stderr).toContain('lacks name, gpu_id, l2_features, csg_slot_count');
    expect(result.status).toBe(2);
    const template = await run('gpu', '--template');
    expect(Object.keys(JSON.parse(template.out))).toEqual(expect.arrayContaining(Object.keys(profile)));
    writeFileSync(join(folder, 'template.json'), template.out);
    const taken = await run(
      'vm',
      `${CASES}large-object-enomem.jsonl`,
      '--gpu',
      join(folder, 'template.json'),
    );
    expect([taken.status, taken.stderr]).toEqual([0, '']);
  });
});

describe('--diff-kernel', () => {
  const args = ['replay', `${CASES}captured-on-uapi-1.5.jsonl`, '--kernel', '6.18', '--diff-kernel'];

  it('shows what differs, and with --check that is status 1', async () => {
    expect((await run(...args, '7.2')).status).toBe(0);
    expect((await run(...args, '7.2', '--check')).status).toBe(1);
    expect((await run(...args, '6.18', '--check')).status).toBe(0);
  });
});
