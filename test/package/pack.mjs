// The tarball as it would be published, packed from a copy of what is in the repository, and what has to hold of it.
import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { check } from './checks.mjs';
import { npmCli, root, run, tool } from './tools.mjs';

/** Packs into `dir`. Packing rewrites package.json for a moment: that is done to a copy. */
export function pack(dir) {
  const copy = join(dir, 'copy');
  const files = run('git', ['-c', 'safe.directory=*', 'ls-files', '-co', '--exclude-standard', '-z'], {
    cwd: root,
  }).split('\0');
  for (const file of files) {
    if (file === '' || !existsSync(join(root, file))) continue;
    mkdirSync(dirname(join(copy, file)), { recursive: true });
    cpSync(join(root, file), join(copy, file), { verbatimSymlinks: true });
  }
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  const json = run(process.execPath, [npmCli, 'pack', '--json', '--pack-destination', dir], { cwd: copy });
  const [{ filename }] = JSON.parse(json);
  return join(dir, filename);
}

/** Checks on the unpacked package in `dir`. */
export async function checkContents(tarball, dir) {
  const manifest = JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8'));
  const files = readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => posix.join(entry.parentPath.slice(dir.length + 1), entry.name));

  await check('publint has nothing to say', () => run(tool('publint'), ['run', tarball, '--strict']));
  await check('the types are not wrong', () =>
    run(tool('attw'), [tarball, '--profile', 'esm-only', '--no-emoji']),
  );
  await check('it runs no script when it is installed, nor does what it cannot do without', () => {
    const bad = ['preinstall', 'install', 'postinstall', 'prepare'].filter(
      (name) => manifest.scripts?.[name],
    );
    assert.deepEqual(bad, []);
    // All that the lockfile calls neither a development dependency nor optional (the ffi packages, which a real device needs).
    const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
    const installed = Object.entries(lock).filter(
      ([path, one]) =>
        path.startsWith('node_modules/') && !one.dev && !one.optional && !one.devOptional && !one.link,
    );
    assert.ok(installed.length >= Object.keys(manifest.dependencies).length);
    assert.deepEqual(
      installed.filter(([, one]) => one.hasInstallScript),
      [],
    );
  });
  await check('it holds no tests, benchmarks or source maps, and offers no scripts for them', () => {
    assert.deepEqual(
      files.filter((file) => /(^|\/)(test|bench)(\/|\.)|\.map$|\.test\./.test(file)),
      [],
    );
    assert.deepEqual(Object.keys(manifest.scripts), ['build:native']);
    assert.equal(manifest.devDependencies, undefined);
  });
  await check('every link of its documents leads to a file that it holds, or to the network', () => {
    const broken = [];
    for (const file of files.filter((one) => one.endsWith('.md'))) {
      const text = readFileSync(join(dir, file), 'utf8');
      for (const [, target] of text.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)) {
        if (/^[a-z]+:/.test(target)) continue;
        if (!existsSync(join(dir, dirname(file), target))) broken.push(`${file}: ${target}`);
      }
    }
    assert.deepEqual(broken, []);
  });
  await check('the capture and the files that README.md runs are in it', () => {
    const text = readFileSync(join(dir, 'README.md'), 'utf8');
    const named = [...text.matchAll(/\b(?:examples|scenarios|docs|bin)\/[\w./-]+\w/g)].map(([path]) => path);
    assert.ok(named.some((path) => path.endsWith('.jsonl.gz')));
    assert.deepEqual(
      named.filter((path) => !existsSync(join(dir, path))),
      [],
    );
  });
  await check('the native parts are there for x86-64 and aarch64', () => {
    for (const [arch, machine] of Object.entries({ x86_64: 62, aarch64: 183 })) {
      for (const name of ['libpanthor_shim.so', 'libdrm_recorder.so', 'server.node', 'panthor-door']) {
        const elf = readFileSync(join(dir, 'native-stubs/prebuilt', arch, name));
        assert.equal(elf.readUInt32BE(0), 0x7f454c46, `${arch}/${name}`);
        assert.equal(elf.readUInt16LE(18), machine, `${arch}/${name}`);
      }
    }
  });
  await check('the sources that its own build:native compiles are in it', () => {
    const script = readFileSync(join(dir, 'native-stubs/compile.mjs'), 'utf8');
    const folders = new Set([...script.matchAll(/sources\('(\w+)'\)/g)].map((match) => match[1]));
    assert.deepEqual([...folders].sort(), ['door', 'preload', 'record', 'server']);
    for (const folder of folders) {
      const wanted = readdirSync(join(root, 'native-stubs', folder), { recursive: true })
        .filter((name) => /\.[ch]$/.test(name))
        .map((name) => `native-stubs/${folder}/${name}`);
      assert.ok(wanted.length > 0, folder);
      assert.deepEqual(
        wanted.filter((file) => !files.includes(file)),
        [],
      );
    }
  });
  await check('no file of it knows where it was made', () => {
    const places = [root.replace(/\/$/, ''), dirname(tarball)];
    const guilty = files.filter((file) =>
      places.some((place) => readFileSync(join(dir, file)).includes(place)),
    );
    assert.deepEqual(guilty, []);
  });
  await check('it is no larger than 10 MB', () => {
    const bytes = files.reduce((sum, file) => sum + statSync(join(dir, file)).size, 0);
    assert.ok(bytes < 10e6, `${bytes} bytes`);
  });
}
