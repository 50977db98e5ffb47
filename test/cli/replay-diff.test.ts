import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { capturePath as capture } from '../capture/helpers.ts';
import { panthorShim } from './program.ts';

const dir = mkdtempSync(join(tmpdir(), 'panthor-shim-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

interface Diff {
  kernels: [string, string];
  records: number;
  different: number;
  results: number;
  sides: [
    Record<string, number> & { commands: Record<string, number> },
    Record<string, number> & { commands: Record<string, number> },
  ];
  differences: { index: number; call: string }[];
}

async function diff(...args: string[]): Promise<Diff> {
  const { status, stdout } = await panthorShim(['replay', '--json', ...args]);
  expect(status).toBe(0);
  return JSON.parse(`${stdout}`) as Diff;
}

describe('replay --diff-kernel', () => {
  it('shows that the patch of July 2025 drops a flush per step and holds the lock across page-table calls', async () => {
    const found = await diff(
      '--kernel',
      '6.12',
      '--diff-kernel',
      'atomic-v4',
      capture('vulkan-sparse-emulated'),
    );
    expect(found.kernels).toEqual(['6.12', 'atomic-v4']);
    expect(found.results).toBe(0);
    const [before, after] = found.sides;
    expect(before.commands.FLUSH_PT).toBeGreaterThan(10);
    expect(after.commands.FLUSH_PT).toBeUndefined();
    expect(before.tableCallsLocked).toBe(0);
    expect(after.tableCallsLocked).toBeGreaterThan(10);
    expect(after.writes).toBeLessThan(before.writes);
  });

  it('finds nothing between a kernel and itself', async () => {
    const found = await diff('--kernel', '7.2', '--diff-kernel', '7.2', capture('vulkaninfo'));
    expect(found).toMatchObject({ records: 92, different: 0, results: 0, differences: [] });
  });

  it('shows the calls whose results two uAPI versions differ in', async () => {
    const found = await diff('--kernel', '7.2', '--diff-kernel', 'next', capture('vulkaninfo'));
    expect(found.differences.map((d) => [d.index, d.call])).toEqual([
      [6, 'DEV_QUERY'],
      [19, 'DEV_QUERY'],
    ]);
  });

  it('compares a kernel with itself when one behaviour is switched', async () => {
    const found = await diff(
      '--kernel',
      '7.2',
      '--diff-without',
      'widen-lock',
      capture('zink-sparse-buffer-commit'),
    );
    expect(found.kernels[1]).toBe('7.2 -widen-lock');
    expect(found.differences.length).toBeGreaterThan(0);
    const { stdout } = await panthorShim([
      'replay',
      '--kernel',
      '7.2',
      '--diff-without',
      'widen-lock',
      capture('zink-sparse-buffer-commit'),
    ]);
    expect(`${stdout}`).toContain('+warning panthor_vm_lock_region: already-locked');
  });
});

describe('replay --emit-scenario', () => {
  it('writes a vector file that the kernel it was made on passes and one without a behaviour fails', async () => {
    const file = join(dir, 'commit.jsonl.gz');
    const made = await panthorShim([
      'replay',
      '--json',
      '--emit-scenario',
      file,
      capture('zink-sparse-buffer-commit'),
    ]);
    expect(made.status).toBe(0);
    const own = await panthorShim(['conform', '--json', file]);
    const result = JSON.parse(`${own.stdout}`) as { passed: number; failed: number; ops: number };
    expect(result).toMatchObject({ passed: 1, failed: 0 });
    expect(result.ops).toBeGreaterThan(100);
    const other = await panthorShim(['conform', '--json', '--without', 'widen-lock', file]);
    expect(other.status).toBe(1);
    expect(JSON.parse(`${other.stdout}`)).toMatchObject({ passed: 0, failed: 1 });
  });
});
