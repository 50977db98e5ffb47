// The package in an empty project: its command and its library, on one Node, without a compiler.
import assert from 'node:assert/strict';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { check } from './checks.mjs';
import { npmCli, root, run, typescripts } from './tools.mjs';

/** Programs that have to be there; no compiler is among them. */
const PROGRAMS = ['sh', 'env', 'ls', 'cat', 'uname'];

/** A folder for PATH with that Node and hardly anything else. */
function pathWith(node, dir) {
  const bin = join(dir, 'path');
  mkdirSync(bin, { recursive: true });
  symlinkSync(node, join(bin, 'node'));
  for (const name of PROGRAMS) symlinkSync(run('sh', ['-c', `command -v ${name}`]).trim(), join(bin, name));
  return bin;
}

/** The text between the lines of "Prints:" and the end of an example's comment. */
function expected(text) {
  const found = /\/\* Prints:\n([\s\S]*)\*\/\s*$/.exec(text);
  if (found === null) throw new Error('the example does not say what it prints');
  return found[1];
}

/** The code block of README.md's section about the library, and the block behind it: what it prints. */
function readmeExample(readme) {
  const section = readme.split(/^## /m).find((one) => one.startsWith('As a library'));
  const [, code, output] = /```ts\n([\s\S]*?)```[\s\S]*?```text\n([\s\S]*?)```/.exec(section ?? '') ?? [];
  if (output === undefined) throw new Error('README.md has no example of the library');
  return { code, output };
}

/** Compiles the project's src/ into out/, by way of `options`. */
function compile(tsc, dir, options) {
  const types = { typeRoots: [join(root, 'node_modules/@types')], types: ['node'] };
  const strict = {
    strict: true,
    target: 'es2022',
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
  };
  const compilerOptions = { ...strict, ...types, ...options, rootDir: 'src', outDir: 'out' };
  writeFileSync(join(dir, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['src'] }));
  run(process.execPath, [tsc, '-p', dir], { cwd: dir });
}

/** Installs `tarball` with `node` into an empty project below `dir`, and uses it; `client` is a program that asks a device. */
export async function checkUse({ tarball, client, node, version, dir }) {
  mkdirSync(dir, { recursive: true });
  // What npm tells the scripts that it runs is not for a project elsewhere.
  const inherited = Object.entries(process.env).filter(([name]) => !/^(npm_|INIT_CWD|NODE$)/i.test(name));
  const env = { ...Object.fromEntries(inherited), PATH: pathWith(node, dir) };
  const inProject = (args, options = {}) => run(node, args, { cwd: dir, env, ...options });
  const command = (...args) => inProject(['node_modules/panthor-shim/bin/panthor-shim', ...args]);
  const installed = join(dir, 'node_modules/panthor-shim');
  const on = (what) => `Node ${version}: ${what}`;

  const isInstalled = await check(on('installs without a compiler and without scripts'), () => {
    writeFileSync(join(dir, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
    inProject([
      npmCli,
      'install',
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
      '--prefer-offline',
      tarball,
    ]);
    assert.ok(existsSync(join(installed, 'package.json')));
    run('sh', ['-c', '! command -v cc && ! command -v gcc && ! command -v clang'], { env });
  });
  if (!isInstalled) return;
  await check(on('the command replays the capture of README.md'), () => {
    assert.match(
      inProject([
        'node_modules/.bin/panthor-shim',
        'replay',
        join(installed, 'examples/captures/vulkan-sparse.jsonl.gz'),
      ]),
      /vulkan-sparse/,
    );
  });
  await check(on('the command explores'), () => {
    assert.equal(JSON.parse(command('explore', 'two-binders', '--json')).verdict, 'holds');
  });
  await check(on('the command runs a client, by the libraries that came with it'), () => {
    assert.match(command('run', '--', 'ls', '/dev/dri'), /renderD128/);
    assert.equal(command('run', '--kernel', '7.2', '--', client), 'panthor 1.8\n');
    assert.equal(command('run', '--kernel', '7.2', '--door', 'seccomp', '--', client), 'panthor 1.8\n');
  });
  await check(on('the command records a client, by the library that came with it'), () => {
    const own = ['node', 'node_modules/panthor-shim/bin/panthor-shim'];
    command('run', '--', ...own, 'record', '-o', 'recorded.jsonl', '--', client);
    assert.match(command('info', 'recorded.jsonl'), /VERSION/);
  });

  const readme = readmeExample(readFileSync(join(installed, 'README.md'), 'utf8'));
  const sources = readdirSync(join(installed, 'examples')).filter((name) => name.endsWith('.ts'));
  await check(on('examples compile under node16 and bundler resolution, by each TypeScript'), () => {
    mkdirSync(join(dir, 'src'), { recursive: true });
    for (const name of sources) cpSync(join(installed, 'examples', name), join(dir, 'src', name));
    writeFileSync(join(dir, 'src/readme.ts'), readme.code);
    for (const tsc of typescripts) {
      compile(tsc, dir, { module: 'esnext', moduleResolution: 'bundler', noEmit: true });
      compile(tsc, dir, { module: 'node16', moduleResolution: 'node16' });
    }
    cpSync(join(installed, 'examples/captures'), join(dir, 'out/captures'), { recursive: true });
  });
  for (const name of sources) {
    await check(on(`examples/${name} prints what it says`), () => {
      const printed = inProject([`out/${basename(name, '.ts')}.js`]);
      assert.equal(printed, expected(readFileSync(join(installed, 'examples', name), 'utf8')));
    });
  }
  await check(on('the example of README.md prints what README.md says'), () => {
    assert.equal(inProject(['out/readme.js']), readme.output);
  });
  await check(on('require() gives the library too'), () => {
    const code = "const { kernel } = require('panthor-shim'); console.log(kernel('7.2').uapi.minor)";
    assert.equal(inProject(['--input-type=commonjs', '-e', code]), '8\n');
  });
  await check(on('nothing but the library can be imported'), () => {
    inProject(
      [
        '-e',
        "import('panthor-shim/dist/src/cli/main.js').then(() => process.exit(0), () => process.exit(7))",
      ],
      { status: 7 },
    );
  });
}
