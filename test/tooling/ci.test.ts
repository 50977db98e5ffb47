import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const top = resolve(import.meta.dirname, '../..');
const read = (name: string) => readFileSync(join(top, name), 'utf8');
const stages = spawnSync('bash', [join(top, '.ci/run'), '--list'], { encoding: 'utf8' })
  .stdout.trim()
  .split('\n');

/** Scripts of branches that are still to be merged. */
const PENDING = ['test:package'];

describe('.ci/run', () => {
  it('runs the test command on every Node that package.json supports', () => {
    expect(stages.slice(0, 3)).toEqual(['tests-20.19', 'tests-22', 'tests-24']);
    expect(JSON.parse(read('package.json')).engines.node).toBe('>=20.19');
  });

  it('runs scripts that are there', () => {
    const { scripts } = JSON.parse(read('package.json'));
    const called = [...read('.ci/run').matchAll(/npm run --silent ([\w:]+)/g)].map((match) => match[1]);
    expect(called.length).toBeGreaterThan(3);
    expect(called.filter((name) => scripts[name] === undefined && !PENDING.includes(name))).toEqual([]);
  });

  it('has the stages of the hosted workflow, and the vectors besides', () => {
    const list = /stage: \[(.*)\]/.exec(read('.github/workflows/ci.yml'))?.[1].split(', ');
    expect(list).toEqual(stages.filter((stage) => stage !== 'vectors'));
  });

  it('knows no other stage', () => {
    const { status, stderr } = spawnSync('bash', [join(top, '.ci/run'), 'nothing'], { encoding: 'utf8' });
    expect(status).toBe(2);
    expect(stderr).toContain('usage: .ci/run [STAGE...], of tests-20.19');
  });
});

describe('.ci/sum.mjs', () => {
  const sum = (status: string, ...logs: string[]) => {
    const folder = mkdtempSync(join(tmpdir(), 'panthor-sum-'));
    try {
      for (const [i, text] of logs.entries()) writeFileSync(join(folder, `stage${i}`), text);
      const { stdout, status: code } = spawnSync(
        process.execPath,
        [join(top, '.ci/sum.mjs'), folder, status],
        {
          encoding: 'utf8',
        },
      );
      return [stdout, code];
    } finally {
      rmSync(folder, { recursive: true });
    }
  };
  const vitest = '\x1b[2m      Tests \x1b[22m \x1b[32m2 passed\x1b[39m | \x1b[33m3 skipped\x1b[39m (5)\n';

  it('sums what vitest, conform and the clients say, skips too', () => {
    expect(sum('0', vitest, '7 passed, 0 failed\n', 'ok a\n2 skipped\n5 passed, 0 failed\n')).toEqual([
      '5 skipped; the reasons are above\n14 passed, 0 failed\n',
      0,
    ]);
  });

  it('fails with a test that failed, and with a stage that broke', () => {
    expect(sum('1', vitest, '7 passed, 1 failed\n')).toEqual([
      '3 skipped; the reasons are above\n9 passed, 1 failed\n',
      1,
    ]);
    expect(sum('1', '4 passed, 0 failed\n')).toEqual(['4 passed, 1 failed\n', 1]);
  });
});
