import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const top = resolve(import.meta.dirname, '../..');
const scripts = readdirSync(join(top, 'test'), { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.mjs'))
  .map((path) => ({ path: `test/${path}`, source: readFileSync(join(top, 'test', path), 'utf8') }));

describe('a script that has to be given words', () => {
  for (const { path, source } of scripts) {
    const usage = /wordsOf\(\s*'([^']*)'/.exec(source)?.[1];
    if (usage === undefined) continue;
    it(`says how it is called where there are none: ${path}`, () => {
      const { status, stderr } = spawnSync(process.execPath, [join(top, path)], { encoding: 'utf8' });
      expect(stderr).toBe(`usage: node ${path} ${usage}\n`);
      expect(status).toBe(2);
    });
  }

  it('takes them all from wordsOf()', () => {
    // A name without a value of its own, in what is taken from the words at once, or a single word that is used as it is.
    const bare =
      /const \[(?:[^\]]*,)?\s*\w+\s*(?:,[^\]]*)?\] = process\.argv\.slice\(2\)|\(process\.argv\[\d\]\)/;
    expect(scripts.filter(({ source }) => bare.test(source)).map(({ path }) => path)).toEqual([]);
  });
});
