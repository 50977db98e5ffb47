import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { minifySync, transformSync } from 'rolldown/utils';
import { describe, expect, it } from 'vitest';
import { MUTATIONS } from './list.mjs';
import { changesIn, driverFiles, findChange } from './place.mjs';

const top = resolve(import.meta.dirname, '../..');

// The mutations themselves take minutes (npm run test:slow); that the code moved away from one is seen at once.
describe('each mutation has one place in the driver', () => {
  it('of which there are enough', () => {
    expect(MUTATIONS.length).toBeGreaterThanOrEqual(20);
    expect(new Set(MUTATIONS.map(({ name }) => name)).size).toBe(MUTATIONS.length);
  });

  it.each(MUTATIONS)('$name', (mutation) => {
    const { file, start, end, text } = findChange(top, mutation);
    const code = readFileSync(join(top, file), 'utf8');
    expect(text).not.toBe(code.slice(start, end));
  });
});

/** The code in other lines, with other names for all locals and no types. */
function rewritten(file: string, code: string): string {
  const plain = transformSync(file, code, { lang: 'ts', typescript: { onlyRemoveTypeImports: true } });
  // Private names would get other names, too.
  const { code: short } = minifySync('x.js', plain.code.replaceAll(/#(?=\w)/g, ''), {
    module: true,
    compress: false,
    mangle: { toplevel: false, keepNames: true },
  });
  return short;
}

it('neither formatting nor the names of locals make a difference', () => {
  const sources = driverFiles(top).map((file) => {
    const code = readFileSync(join(top, file), 'utf8');
    return { file: file.replace(/\.ts$/, '.js'), code, short: rewritten(file, code) };
  });
  expect(
    sources.every(({ code, short }) => short.split('\n').length < Math.max(3, code.split('\n').length / 8)),
  ).toBe(true);
  const places = MUTATIONS.map((mutation) => ({
    name: mutation.name,
    places: sources.flatMap(({ file, short }) => changesIn(file, short, mutation)).length,
  }));
  expect(places.filter(({ places }) => places !== 1)).toEqual([]);
});

describe('a pattern', () => {
  const code = `
    class Slots {
      #lock = new Mutex();
      *idle(vm: Vm): Op<void> {
        if (vm.count > 1) { vm.count--; this.#lock.unlock(); return; }
        vm.count = 0;
        this.#lock.unlock();
      }
      busy(a: number) { return (a as number) + (a - 1); }
    }
    function* idle() { yield* lock(); }
  `;
  const changes = (where: string, find: string, to: string) =>
    changesIn('a.ts', code, { in: where, find, to }).map(
      ({ start, end, text }) => `${code.slice(start, end).replaceAll(/\s+/g, ' ')} → ${text}`,
    );

  it('is a statement, several in a row, or an expression', () => {
    expect(changes('idle', '$slots.lock.unlock();', '')).toHaveLength(2);
    expect(changes('idle', '$vm.count = 0; $slots.lock.unlock();', '$vm.count = 1;')).toEqual([
      'vm.count = 0; this.#lock.unlock(); → vm.count = 1;',
    ]);
    expect(changes('busy', '$a + $b', '$b + $a')).toEqual(['(a as number) + (a - 1) → (a - 1) + a']);
    expect(changes('idle', 'yield* lock();', '$0 $0')).toEqual([
      'yield* lock(); → yield* lock(); yield* lock();',
    ]);
  });

  it('means the same where it says the same', () => {
    expect(changes('busy', '$a + ($a - 1)', 'b')).toHaveLength(1);
    expect(changes('busy', '$a + ($b - $a)', 'b')).toEqual([]);
  });

  it('is looked for in one function, by its name or with that of its class', () => {
    expect(changes('Slots.idle', '$vm.count > 1', 'true')).toEqual(['vm.count > 1 → true']);
    expect(changes('Slots.idle', 'yield* lock();', '')).toEqual([]);
    expect(changes('busy', '$vm.count > 1', 'true')).toEqual([]);
    expect(changes('count', '$vm.count > 1', 'true')).toEqual([]);
  });

  it('that fits nowhere, or in two places, is an error that names the mutation', () => {
    const mutation = { name: 'nothing', in: 'execOp', find: 'nothing();', to: '' };
    expect(() => findChange(top, mutation)).toThrow('nothing: 0 places in execOp() (no file)');
    expect(() => findChange(top, { ...mutation, find: '$a.$b' })).toThrow(
      /nothing: \d+ places in execOp\(\)/,
    );
  });
});
