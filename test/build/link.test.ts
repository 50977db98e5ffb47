import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';

const dist = resolve(import.meta.dirname, '../../dist');
const load = (path: string) => import(pathToFileURL(join(dist, path)).href);

/** Modules of the model, as paths below dist. */
const modules = ['src/coroutine', 'src/driver', 'src/hw', 'uapi'].flatMap((dir) =>
  readdirSync(join(dist, dir), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.js') && name !== 'linked.js')
    .map((name) => `${dir}/${name}`),
);

it('linked modules export what they exported before', async () => {
  expect(modules.length).toBeGreaterThan(60);
  for (const path of modules) {
    const linked = Object.keys(await load(path)).sort();
    expect([path, linked]).toEqual([path, Object.keys(await load(join('interleaved', path))).sort()]);
  }
});

it('the linked module uses no binding that it exports', () => {
  const code = readFileSync(join(dist, 'src/driver/linked.js'), 'utf8');
  const exported = [...(/\nexport \{(.*?)\};/s.exec(code)?.[1].matchAll(/\w+/g) ?? [])].map(([name]) => name);
  expect(exported.length).toBeGreaterThan(300);
  const uses = new Map<string, number>(exported.map((name) => [name, 0]));
  for (const [name] of code.matchAll(/\bout\d+\b/g)) uses.set(name, (uses.get(name) ?? 0) + 1);
  // Once where it is made, once where it is exported.
  expect(exported.filter((name) => uses.get(name) !== 2)).toEqual([]);
});

it('stack traces lead to the sources', () => {
  expect(existsSync(join(dist, 'src/driver/linked.js.map'))).toBe(true);
  const url = pathToFileURL(join(dist, 'src/hw/register-file.js')).href;
  const script = `const { RegisterFile } = await import('${url}');
    try { new RegisterFile({}).read32(3); } catch (error) { console.log(error.stack); }`;
  const args = ['--enable-source-maps', '--input-type=module', '-e', script];
  const stack = execFileSync(process.execPath, args, { encoding: 'utf8' });
  expect(stack).toMatch(/src[/\\]hw[/\\]register-file\.ts:\d+/);
});
