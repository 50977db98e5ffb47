import { describe, expect, it } from 'vitest';
import { CASES } from './fixture.ts';
import { panthorShim } from './program.ts';

const run = async (...args: string[]) => {
  const { status, stdout, stderr } = await panthorShim(args);
  return { status, out: stdout.toString(), stderr };
};
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

  it('the flush id of a 32-bit process: no divergence', async () => {
    for (const kernel of [[], ['--kernel', '6.12'], ['--kernel', '7.2']]) {
      const result = await run('replay', `${CASES}flush-id-of-a-32-bit-process.jsonl`, '--check', ...kernel);
      expect(result.out).toMatch(/\n0 divergences\n$/);
      expect(result.status).toBe(0);
    }
  });

  it('a profile of another GPU is taken, and a template has every field of it', async () => {
    expect(
      (await run('replay', `${CASES}large-object-enomem.jsonl`, '--gpu', `${CASES}g925.json`)).status,
    ).toBe(0);
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
