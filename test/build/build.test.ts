import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { build } from '../../build/build.mjs';

const top = resolve(import.meta.dirname, '../..');
let root: string;

function put(files: Record<string, string>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
}

const load = (name: string) => import(pathToFileURL(join(root, 'dist', name)).href);

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'panthor-shim-build-'));
  symlinkSync(join(top, 'node_modules'), join(root, 'node_modules'));
  put({
    'tsconfig.json': readFileSync(join(top, 'tsconfig.json'), 'utf8'),
    'package.json': '{"type":"module"}',
    'src/coroutine/op.ts': readFileSync(join(top, 'src/coroutine/op.ts'), 'utf8'),
    'src/driver/mmu/vm.ts': `
      import { Mutex, type Op } from '../../coroutine/op.ts';
      const lock = new Mutex('op_lock');
      export class Vm {
        refs = 1;
        *put(): Op<void> { yield* lock.lock(); this.refs--; lock.unlock(); }
        *active(): Op<number> { yield 'reg'; return yield* this.enable(1); }
        private *enable(n: number): Op<number> { yield 'update'; return n + 1; }
        take(): Op<number> { return this.active(); }
      }
      export class Bo { refs = 1; put(): void { this.refs--; } }`,
    'src/use.ts': `
      import { run } from './coroutine/op.ts';
      import { Bo, Vm } from './driver/mmu/vm.ts';
      export function use(): number {
        const vm = new Vm(); const bo = new Bo();
        bo.put(); run(vm.put());
        return run(vm.active()) + run(vm.take()) + vm.refs + bo.refs;
      }`,
    'src/hw/gpus.json': '{"g610":1}',
  });
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

describe('build', () => {
  it('makes a plain form and an interleaved form that compute the same', async () => {
    expect(await build(root)).toEqual([]);
    expect((await load('src/use.js')).use()).toBe(4);
    expect((await load('interleaved/src/use.js')).use()).toBe(4);
    const { Vm } = await load('src/driver/mmu/vm.js');
    expect(new Vm().active()).toBe(2);
    const { Vm: Interleaved } = await load('interleaved/src/driver/mmu/vm.js');
    expect(typeof new Interleaved().active().next).toBe('function');
  });

  it('copies data files beside the code of both forms', async () => {
    expect(await build(root)).toEqual([]);
    for (const dir of ['dist', 'dist/interleaved'])
      expect(existsSync(join(root, dir, 'src/hw/gpus.json'))).toBe(true);
  });

  it('names file and line of a forgotten yield*, inside and outside the driver', async () => {
    put({
      'src/driver/bad.ts': `
        import type { Op } from '../coroutine/op.ts';
        import type { Vm } from './mmu/vm.ts';
        export function* bad(vm: Vm): Op<void> {
          vm.put();
          yield* vm.put();
        }`,
      'src/outside.ts': `
        import { Vm } from './driver/mmu/vm.ts';
        export const n = Number(new Vm().active());`,
    });
    const problems = await build(root);
    expect(problems).toEqual([
      'src/driver/bad.ts:5: vm.put() is interruptible: call it with yield* or run()',
      'src/outside.ts:3: new Vm().active() is interruptible: call it with yield* or run()',
    ]);
    expect(existsSync(join(root, 'dist'))).toBe(false);
  });

  it('refuses an iterator among interruptible functions: stripping would empty it', async () => {
    put({ 'src/hw/list.ts': 'export function* items(): IterableIterator<number> {\n  yield 1;\n}' });
    expect(await build(root)).toEqual(['src/hw/list.ts:1: items is no Op: stripping would empty it']);
  });

  it('leaves the last good dist in place when a source does not compile', async () => {
    expect(await build(root)).toEqual([]);
    put({ 'src/broken.ts': 'export const n: number = "x";' });
    expect(await build(root)).toEqual(['tsc found errors']);
    expect(existsSync(join(root, 'dist/src/broken.js'))).toBe(false);
    expect((await load('src/use.js')).use()).toBe(4);
  });

  it('survives builds that run at the same time, and leaves nothing behind', async () => {
    const all = await Promise.all([build(root), build(root), build(root)]);
    expect(all).toEqual([[], [], []]);
    expect((await load('src/use.js')).use()).toBe(4);
    expect(readdirSync(join(root, '.cache'))).toEqual([]);
  });
}, 60_000);
