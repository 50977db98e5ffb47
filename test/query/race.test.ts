import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseScenario } from '../../src/explore/scenario/parser.ts';
import { capturePath } from '../capture/helpers.ts';
import { panthorShim } from '../cli/program.ts';
import { temporary } from '../page/temporary.ts';

async function cut(capture: string, race: string): Promise<string> {
  const { stdout, stderr, status } = await panthorShim(['scenario', capture, '--race', race]);
  expect(stderr).toBe('');
  expect(status).toBe(0);
  return `${stdout}`;
}

describe('a scenario cut from a capture', () => {
  it('has what the calls find mapped, and a thread for each of them', async () => {
    const text = await cut(capturePath('vulkan-sparse'), '97,104');
    const scenario = parseScenario(text, 'race');
    expect(scenario.threads.map(({ name }) => name)).toEqual(['record-97', 'record-104']);
    expect(scenario.vms[0].calls.map((call) => [call.verb, call.va, call.size])).toContainEqual([
      'map',
      0x7ffffe800000,
      0x20000,
    ]);
    expect(scenario.threads[0].calls[0].more).toHaveLength(15);
    expect(scenario.threads[0].calls[0].async).toBe(true);
    expect(scenario.threads[1].calls[0].verb).toBe('sparse');
  });

  it('lets the GPU look where the VM is active, and makes accesses of submissions', async () => {
    const bind = parseScenario(await cut(capturePath('zink-sparse-buffer-basic'), '273,274'), 'race');
    expect(bind.vms[0].calls.map(({ verb }) => verb)).toContain('activate');
    expect(bind.threads.at(-1)?.calls[0]).toMatchObject({ verb: 'read', va: 0x3fffff760000 });
    const submit = parseScenario(await cut(capturePath('zink-sparse-buffer-basic'), '214,215'), 'race');
    const verbs = submit.threads[1].calls.map(({ verb }) => verb);
    expect(verbs[0]).toBe('activate');
    expect(verbs).toContain('read');
    expect(verbs.at(-1)).toBe('idle');
  });

  it('is explored: two binds of one page, written by hand', async () => {
    const [lines, capture, scenario] = ['hand.calls', 'hand.jsonl', 'hand.scenario'].map(temporary);
    writeFileSync(
      lines,
      'vm 1\nbo 1 size 4K\nbo 2 size 4K\nmap 1@0x10000000 bo 1+0 size 4K\nmap 1@0x10000000 bo 2+0 size 4K\nunmap 1@0x10000000 size 4K\n',
    );
    await panthorShim(['convert', lines, capture]);
    const made = await panthorShim(['scenario', capture, '--race', '4,5', '-o', scenario]);
    expect(made.status).toBe(0);
    expect(readFileSync(scenario, 'utf8')).toContain('map bo1 at 0x10000000 size 4K');
    const { stdout } = await panthorShim(['explore', scenario, '--json', '--kernel', '7.2']);
    expect(JSON.parse(`${stdout}`)).toMatchObject({ kernel: '7.2', verdict: 'holds' });
  });

  it.each([
    ['0,1', 'binds, submissions and VM_DESTROY can race'],
    ['97,9999', 'there is no record 9999'],
    ['97,97', 'different record numbers'],
  ])('--race %s is refused', async (race, why) => {
    const { status, stderr } = await panthorShim(['scenario', capturePath('vulkan-sparse'), '--race', race]);
    expect(status).toBe(2);
    expect(stderr).toContain(why);
  });
});
