import { describe, expect, it } from 'vitest';
import type { ResultJson } from '../../src/explore/output/report.ts';
import {
  addAlone,
  compareVerdicts,
  reasonOf,
  reviewScenario,
  type Verdict,
} from '../../src/review/scenarios.ts';

function verdict(what: string, broken: string[] = [], results: string[] = ['0']): ResultJson {
  const violations = broken.map((invariant) => ({ invariant, message: 'm', token: 't' }));
  const calls = [{ thread: 'binder', call: 'map A', line: 1, states: 1, results }];
  const invariant = broken[0] ?? null;
  return { verdict: what, invariant, violations, coverage: { calls } } as unknown as ResultJson;
}

const compared = (base: Verdict, tree: Verdict) => compareVerdicts('s', base, tree, 'BASE', 'TREE');

describe('two verdicts on a scenario', () => {
  it('that are the same are no difference', () => {
    for (const one of [verdict('holds'), verdict('violated', ['atomic']), verdict('vacuous')]) {
      expect(compared(one, one)).toEqual({ what: 's', differences: [], open: [] });
    }
  });

  it('differ where one side breaks what the other keeps, shown by the side that breaks it', () => {
    const broken = verdict('violated', ['atomic']);
    expect(compared(verdict('holds'), broken).differences).toEqual([
      { kind: 'verdict', what: 's', base: 'holds', tree: 'violated: atomic', command: 'TREE' },
    ]);
  });

  it('say nothing where one side breaks an invariant and the other was not searched to its end', () => {
    const broken = verdict('violated', ['atomic']);
    const why = 'base: violated: atomic; the budget did not suffice for the tree';
    expect(compared(broken, verdict('bounded'))).toEqual({
      what: 's',
      differences: [],
      open: [{ what: 's', why, command: 'TREE' }],
    });
    expect(compared(verdict('bounded'), broken).open[0].command).toBe('BASE');
  });

  it('differ where both break something, but not the same', () => {
    const { differences } = compared(verdict('violated', ['atomic']), verdict('violated', ['deadlock']));
    expect(differences.map(({ kind, tree }) => [kind, tree])).toEqual([['finding', 'violated: deadlock']]);
  });

  it('differ where a search for one invariant alone says so, and not where it only takes longer to break', () => {
    const differing = (alone: Verdict) => {
      const one = compared(verdict('violated', ['atomic']), verdict('violated', ['deadlock']));
      one.differences = [];
      addAlone(one, 'tree', 'atomic', alone, 'ALONE');
      return one;
    };
    expect(differing(verdict('violated', ['atomic']))).toMatchObject({ differences: [], open: [] });
    expect(differing(verdict('holds')).differences).toEqual([
      { kind: 'finding', what: 's, atomic', base: 'violated', tree: 'holds', command: 'ALONE' },
    ]);
    expect(differing(verdict('bounded')).open).toHaveLength(1);
    expect(differing('it crashed')).toMatchObject({ differences: [], open: [{ why: 'tree: it crashed' }] });
  });

  it('count a scenario that cannot even be set up as broken', () => {
    const broken = { ...verdict('violated'), invariant: 'use-after-free' } as Verdict;
    expect(compared(verdict('holds'), broken).differences[0].tree).toBe('violated: use-after-free');
  });

  it('differ in what calls return, where both have seen everything', () => {
    const { differences } = compared(verdict('holds'), verdict('holds', [], ['-EIO', '0']));
    expect(differences).toEqual([
      { kind: 'results', what: 's, binder: map A', base: '0', tree: '-EIO or 0', command: 'TREE' },
    ]);
  });

  it('leave it open where a budget did not suffice or a side cannot run, and say so', () => {
    const open = compared(verdict('holds'), verdict('bounded', [], ['-EIO']));
    expect(open.differences).toEqual([]);
    expect(open.open).toEqual([
      { what: 's', why: 'no violation, but the budget did not suffice for the tree', command: 'TREE' },
    ]);
    const unable = compared('the driver calls foo', verdict('violated', ['atomic']));
    expect(unable.differences).toEqual([]);
    expect(unable.open).toEqual([{ what: 's', why: 'base: the driver calls foo', command: 'BASE' }]);
  });
});

describe('a search that did not suffice', () => {
  /** Which sides were searched, for how long, where they end so one after the other. */
  async function searched(base: Verdict[], tree: Verdict[]) {
    const asked: string[] = [];
    const sides = { b: [...base], t: [...tree] };
    const run = async (args: readonly string[]) => {
      const name = args[3] as 'b' | 't';
      asked.push(`${name} ${args.find((one) => one.startsWith('seconds='))}`);
      const said = sides[name].shift();
      return typeof said === 'string'
        ? { status: 3, stdout: '', stderr: said }
        : { status: 0, stdout: JSON.stringify(said), stderr: '' };
    };
    const side = (name: string) => ({ name, options: ['--kernel', name] });
    const { open } = await reviewScenario(run, 's', side('b'), side('t'), 8);
    return { asked: asked.slice(2), open: open.map(({ command }) => command) };
  }
  const [holds, bounded] = [verdict('holds'), verdict('bounded')];

  it('is given four times as much where the other side has a verdict, and the command then says so', async () => {
    const again = await searched([bounded, holds], [holds]);
    expect(again).toEqual({ asked: ['b seconds=32'], open: [] });
    const still = await searched([verdict('violated', ['atomic'])], [bounded, bounded]);
    expect(still.asked).toEqual(['t seconds=32']);
    expect(still.open).toEqual([expect.stringContaining('seconds=32')]);
  });

  it('is given no more where there is nothing to compare with', async () => {
    for (const [base, tree] of [
      [bounded, bounded],
      [bounded, 'the driver calls foo'],
      ['the driver calls foo', bounded],
    ])
      expect((await searched([base], [tree])).asked).toEqual([]);
  });
});

it('gives the reason that a command gave, or how it ended', () => {
  expect(reasonOf({ status: 2, stdout: '', stderr: 'x\npanthor-shim: no such thing\n' })).toBe(
    'no such thing',
  );
  expect(reasonOf({ status: 3, stdout: '', stderr: '' })).toBe('exit status 3');
  expect(reasonOf({ status: null, stdout: '', stderr: 'x' })).toBe('it does not end');
});
