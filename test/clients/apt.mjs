// Private apt configurations: another suite or another architecture than the machine's own, without root and
// without touching the machine's own apt. See apt.conf(5), sources.list(5), "indextargets" in apt-get(8).

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';
const TRIES = 4;
const FIRST_PAUSE_MS = 2000;

/**
 * The Debian archive that this machine's own apt sources name, and the keyring that vouches for it.
 * Throws where there is none (no apt, or another distribution).
 */
export function machineArchive() {
  const codename = /^VERSION_CODENAME=(.*)$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1];
  const format = '$(REPO_URI) $(RELEASE) $(COMPONENT)';
  const targets = spawnSync('apt-get', ['indextargets', '--format', format, 'Created-By: Packages'], {
    encoding: 'utf8',
  });
  for (const line of (targets.stdout ?? '').split('\n')) {
    const [uri, release, component] = line.split(' ');
    if (release !== codename || component !== 'main' || !/debian\/?$/.test(uri)) continue;
    if (existsSync(KEYRING)) return { uri, codename, keyring: KEYRING };
  }
  throw new Error(`the apt sources of this machine name no Debian archive for ${codename ?? 'its release'}`);
}

/** One suite and one architecture of the archive, with its own lists, package cache and (empty) dpkg status. */
export class Apt {
  /** `firstPauseMs`: the pause after the first try that failed; each further one is three times as long. */
  constructor(folder, archive, suite, architecture, firstPauseMs = FIRST_PAUSE_MS) {
    this.folder = folder;
    this.firstPauseMs = firstPauseMs;
    this.suite = suite;
    /** Why the index is not here, '' when it is, null before it was asked for. */
    this.index = null;
    for (const sub of ['state/lists/partial', 'cache/archives/partial', 'trusted.d']) {
      mkdirSync(join(folder, sub), { recursive: true });
    }
    this.archives = join(folder, 'cache/archives');
    writeFileSync(join(folder, 'status'), '');
    writeFileSync(
      join(folder, 'sources.list'),
      `deb [signed-by=${archive.keyring}] ${archive.uri} ${suite} main\n`,
    );
    this.config = join(folder, 'apt.conf');
    writeFileSync(
      this.config,
      [
        `Dir::Etc::sourcelist "${join(folder, 'sources.list')}";`,
        'Dir::Etc::sourceparts "-";',
        'Dir::Etc::preferencesparts "-";',
        `Dir::Etc::trustedparts "${join(folder, 'trusted.d')}";`,
        `Dir::State "${join(folder, 'state')}";`,
        `Dir::State::status "${join(folder, 'status')}";`,
        `Dir::Cache "${join(folder, 'cache')}";`,
        `APT::Architecture "${architecture}";`,
        `APT::Architectures { "${architecture}"; };`,
        // A mirror's index of a suite that moves may be past its date; signatures are checked all the same.
        'Acquire::Check-Valid-Until "false";',
        'Acquire::Languages "none";',
        'Acquire::Retries "3";',
        'Acquire::http::Timeout "60";',
        'APT::Sandbox::User "";',
        'APT::Get::AllowUnauthenticated "false";',
        'APT::Keep-Downloaded-Packages "true";',
        'Debug::NoLocking "true";',
        '',
      ].join('\n'),
    );
  }

  #run(args, cwd = this.folder) {
    return spawnSync('apt-get', args, {
      cwd,
      encoding: 'utf8',
      maxBuffer: 1 << 26,
      env: { ...process.env, APT_CONFIG: this.config, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' },
    });
  }

  async #retry(what, attempt) {
    let pause = this.firstPauseMs;
    for (let i = 1; ; i++) {
      const why = await attempt(i);
      if (why === '') return '';
      if (i === TRIES) return why;
      process.stderr.write(
        `clients: ${what}: try ${i} of ${TRIES} failed (${why}), waiting ${pause / 1000} s\n`,
      );
      await sleep(pause);
      pause *= 3;
    }
  }

  /** Fetches the suite's package index once in this run. Returns '' or why it could not be had. */
  async update(force = false) {
    if (this.index !== null && !force) return this.index;
    const why = await this.#retry(`index of ${this.suite}`, () => {
      // apt-get update only warns when an index is missing; --error-on=any makes it say so in its status.
      const r = this.#run(['update', '-q', '--error-on=any']);
      return r.status === 0 ? '' : lastLine(r);
    });
    this.index = why;
    return why;
  }

  /**
   * The packages that `names` need, themselves included, as apt resolves them on an empty system.
   * Returns { packages, why }: `why` is '' unless they cannot be resolved.
   */
  closure(names) {
    const r = this.#run(['install', '-qq', '--simulate', '--no-install-recommends', ...names]);
    if (r.status !== 0) return { packages: [], why: lastLine(r) };
    const packages = [];
    for (const line of r.stdout.split('\n')) {
      const inst = /^Inst (\S+)/.exec(line);
      if (inst) packages.push(inst[1].replace(/:.*/, ''));
    }
    return { packages, why: '' };
  }

  /**
   * Downloads packages into the archive folder. Returns { files, missing }: the .deb path of each package that
   * was delivered, and { name, why } of those that were not, after retries with growing pauses.
   */
  async download(packages) {
    const missing = [];
    const all = await this.#retry(`${packages.length} packages of ${this.suite}`, async (i) => {
      if (i > 1) await this.update(true); // a superseded version is gone from the pool: its successor is there
      const r = this.#run(['download', '-qq', ...packages], this.archives);
      return r.status === 0 ? '' : lastLine(r);
    });
    if (all !== '') {
      for (const name of packages) {
        const r = this.#run(['download', '-qq', name], this.archives);
        if (r.status !== 0) missing.push({ name, why: lastLine(r) });
      }
    }
    return { files: this.#newest(packages.filter((p) => !missing.some((m) => m.name === p))), missing };
  }

  /** The file of each package in the version that the index names now. */
  #newest(packages) {
    const files = new Map();
    for (const file of readdirSync(this.archives)) {
      const [name, version] = file.split('_');
      if (!file.endsWith('.deb')) continue;
      const list = files.get(name) ?? [];
      list.push({ path: join(this.archives, file), version: decodeURIComponent(version) });
      files.set(name, list);
    }
    return packages.flatMap((name) => {
      const list = files.get(name) ?? [];
      return list.length === 0 ? [] : [list.reduce((a, b) => (laterThan(b.version, a.version) ? b : a)).path];
    });
  }
}

function laterThan(a, b) {
  return spawnSync('dpkg', ['--compare-versions', a, 'gt', b]).status === 0;
}

function lastLine(result) {
  const lines = `${result.stdout ?? ''}\n${result.stderr ?? ''}`.split('\n').filter((l) => /^[EW]:/.test(l));
  return lines.at(0) ?? (result.error ? result.error.message : `status ${result.status}`);
}
