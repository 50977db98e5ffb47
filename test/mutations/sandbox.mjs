/** A copy of the sources, built apart from the checkout, in which single files can be changed. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isStripped } from '../../build/build.mjs';
import { strip } from '../../build/strip.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const tsc = fileURLToPath(new URL('../bin/tsc', import.meta.resolve('typescript')));
const COPIED = ['src', 'uapi', 'test/driver/mmu', 'test/property', 'test/mutations'];

export class Sandbox {
  constructor() {
    this.dir = mkdtempSync(join(tmpdir(), 'panthor-shim-mutations-'));
    for (const path of COPIED) cpSync(join(root, path), join(this.dir, path), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(this.dir, 'node_modules'));
    writeFileSync(join(this.dir, 'package.json'), '{"type":"module"}');
    mkdirSync(join(this.dir, 'out'));
    const { compilerOptions } = JSON.parse(readFileSync(join(root, 'tsconfig.json'), 'utf8'));
    const config = {
      compilerOptions: { ...compilerOptions, rootDir: '.', outDir: 'out', sourceMap: false, noCheck: true },
      include: ['src', 'uapi', 'test/mutations/suites.ts'],
    };
    writeFileSync(join(this.dir, 'tsconfig.json'), JSON.stringify(config));
    this.#compile(['-p', this.dir]);
    const listed = spawnSync('find', [join(this.dir, 'out/src'), '-name', '*.js'], { encoding: 'utf8' });
    for (const path of listed.stdout.split('\n').filter((line) => line !== '')) {
      this.#strip(path.slice(this.dir.length + '/out/'.length));
    }
  }

  /**
   * Rebuilds a file with a change (place.mjs); the returned function takes it back. Throws where what came out is no
   * program.
   */
  mutate({ file, start, end, text: changed }) {
    const path = join(this.dir, file);
    const text = readFileSync(path, 'utf8');
    const js = file.replace(/\.ts$/, '.js');
    const before = readFileSync(join(this.dir, 'out', js), 'utf8');
    writeFileSync(path, text.slice(0, start) + changed + text.slice(end));
    try {
      this.#compileOne(file);
      this.#strip(js);
      if (readFileSync(join(this.dir, 'out', js), 'utf8') === before)
        throw new Error(`${file} did not change`);
    } finally {
      writeFileSync(path, text);
    }
    return () => writeFileSync(join(this.dir, 'out', js), before);
  }

  /** Runs a suite of suites.ts; what it found wrong, or null. One that does not end in two minutes hangs. */
  run(suite) {
    const { status, stdout, error, signal } = spawnSync(
      process.execPath,
      [join(this.dir, 'out/test/mutations/suites.js'), suite],
      {
        cwd: this.dir,
        encoding: 'utf8',
        timeout: 120_000,
        env: { ...process.env, PANTHOR_SHIM_FIXTURES: join(root, 'test/fixtures') },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    if (signal !== null || error !== undefined) return `${suite}: does not end`;
    if (status === 0) return null;
    return stdout.split('\n')[0] || `${suite}: exit status ${status}`;
  }

  close() {
    rmSync(this.dir, { recursive: true, force: true });
  }

  #compile(args) {
    const { status, stdout } = spawnSync(process.execPath, [tsc, ...args], {
      cwd: this.dir,
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`tsc: ${stdout}`);
  }

  /** That file alone; what it imports is not looked at. */
  #compileOne(file) {
    const options = [
      '--noCheck',
      '--noResolve',
      '--rewriteRelativeImportExtensions',
      '--verbatimModuleSyntax',
    ];
    const target = ['--target', 'es2023', '--module', 'nodenext', '--rootDir', '.', '--outDir', 'out'];
    this.#compile([file, '--ignoreConfig', ...options, ...target, '--skipLibCheck', '--types', '']);
  }

  #strip(js) {
    if (!isStripped(js)) return;
    const path = join(this.dir, 'out', js);
    writeFileSync(path, strip(readFileSync(path, 'utf8'), js));
  }
}
