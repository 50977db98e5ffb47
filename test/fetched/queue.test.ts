/** Explorations on a real queue, whose workers are killed at any instant. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import type * as Commands from '../../src/queue/commands.ts';
import { expectValid } from '../cli/schema.ts';
import { type Server, startServer } from './queue-server.ts';

const program = resolve(import.meta.dirname, '../../bin/panthor-shim');
const folder = mkdtempSync(join(tmpdir(), 'panthor-queue-'));
const big = join(folder, 'big.scenario');
/** 27,845 states in 32 parts. */
writeFileSync(
  big,
  `check atomic stale-translation activation lock-agreement slot-bookkeeping table-pages deadlock kernel-warning
slots 1
object old 8K
object new 8K
vm A
  map old at 0x10000000
  activate
  idle
vm B
  map old at 0x10000000
thread binder0
  map A new at 0x10000000
thread binder1
  map B new at 0x10000000
thread sub0
  activate A
  read A 0x10000000
  idle A
thread sub1
  activate B
  read B 0x10000000
  idle B
`,
);

let server: Server | null = null;
let missing = '';
const workers = new Set<ChildProcess>();

beforeAll(async () => {
  const started = await startServer();
  if (typeof started === 'string') missing = started;
  else server = started;
}, 600_000);

/** Every test begins without workers, and without what they have written down. */
afterEach(async () => {
  for (const worker of workers) worker.kill('SIGKILL');
  while (workers.size > 0) await sleep(10);
  if (server === null) return;
  const redis = new Redis(server.url.replace('valkey:', 'redis:'));
  await redis.flushall();
  redis.disconnect();
});

afterAll(async () => {
  await server?.end();
  rmSync(folder, { recursive: true });
});

function queue(context: TestContext): string {
  if (server === null) context.skip(missing);
  return (server as Server).url;
}

interface Ended {
  status: number | null;
  stdout: string;
  stderr: string;
}

/** A module of this text. */
const toUrl = (code: string): string => `data:text/javascript,${encodeURIComponent(code)}`;

function run(args: string[], node: string[] = []): Promise<Ended> {
  const child = spawn(process.execPath, [...node, program, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const out = { stdout: '', stderr: '' };
  child.stdout.on('data', (data: Buffer) => (out.stdout += data.toString()));
  child.stderr.on('data', (data: Buffer) => (out.stderr += data.toString()));
  return new Promise((done) => child.once('close', (status) => done({ status, ...out })));
}

function startWorker(url: string): ChildProcess {
  const args = [program, 'worker', '--queue', url, '--lost', '1'];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  workers.add(child);
  child.once('exit', () => workers.delete(child));
  return child;
}

interface Verdict {
  verdict: string;
  states: number;
  violations: { invariant: string; message: string; token: string }[];
  coverage: { calls: unknown[] };
}

/** What does not depend on the order in which things were done. */
function outcome({ stdout, stderr }: Ended): unknown {
  if (stdout === '') throw new Error(stderr);
  const { verdict, states, violations, coverage } = JSON.parse(stdout) as Verdict;
  // Where something breaks, the search for the shortest schedule sees states again.
  const calls = verdict === 'holds' ? coverage.calls : [];
  const found = violations.map((one) => `${one.invariant}: ${one.message}`).sort();
  return { verdict, states, found, tokens: violations.length, calls };
}

const explore = (scenario: string): string[] => [
  ...['explore', scenario, '--no-compare', '--json', '--invariant', 'all', '--budget', 'seconds=900'],
];

describe('a queue', () => {
  for (const [scenario, verdict] of [
    [big, 'holds'],
    ['reset-while-sync-binding', 'violated'],
  ]) {
    it(`comes to the verdict of one process, two of four workers killed: ${verdict}`, async (context) => {
      const url = queue(context);
      const alone = outcome(await run([...explore(scenario), '--jobs', '1']));
      expect(alone).toMatchObject({ verdict });
      for (let i = 0; i < 4; i++) startWorker(url);
      const begun = Date.now();
      expect(outcome(await run([...explore(scenario), '--queue', url]))).toEqual(alone);
      const took = Date.now() - begun;
      for (let round = 0; round < 5; round++) {
        const start = Date.now();
        const answer = run([...explore(scenario), '--queue', url]);
        for (const at of [Math.random(), Math.random()].sort().map((part) => part * took)) {
          await sleep(Math.max(0, start + at - Date.now()));
          const all = [...workers];
          const victim = all[Math.floor(Math.random() * all.length)];
          victim.kill('SIGKILL');
        }
        expect(outcome(await answer)).toEqual(alone);
        while (workers.size < 4) startWorker(url);
      }
    }, 1_200_000);
  }

  it('shows all who ask what is under way, and refuses workers of another version', async (context) => {
    const url = queue(context);
    const redis = new Redis(url.replace('valkey:', 'redis:'));
    const state = { id: 'other', kind: 'explore', what: 'two-binders on 7.2', version: '0123456789abcdef' };
    const jobs = { done: 3, begun: 2, waiting: 1 };
    const text = JSON.stringify({ ...state, begun: Date.now(), jobs, counts: { states: 1234 } });
    try {
      await redis.set('panthor-shim:run:other', text);
      const shown = await run(['worker', '--queue', url, '--status']);
      expect(shown.stdout).toMatch(
        /^explore two-binders on 7\.2: 1,234 states, 3 jobs done, 2 handed out, 1 to come; \d+ s\nno worker\n$/,
      );
      const json = await run(['worker', '--queue', url, '--status', '--json']);
      expect(JSON.parse(json.stdout)).toMatchObject({ runs: [{ ...state, jobs }], workers: [] });
      expectValid('worker', JSON.parse(json.stdout));
      const refused = await run(['worker', '--queue', url]);
      expect(refused.status).toBe(2);
      expect(refused.stderr).toContain('was begun by version 0123456789abcdef: its jobs are refused');
    } finally {
      await redis.del('panthor-shim:run:other');
      redis.disconnect();
    }
  });

  it('is refused in a sentence where its packages are not installed', async () => {
    // As import() fails where there is no such package.
    const hook = `export async function resolve(name, context, next) {
      if (name === 'bullmq') throw Object.assign(new Error(name), { code: 'ERR_MODULE_NOT_FOUND' });
      return next(name, context);
    }`;
    const register = `import { register } from 'node:module'; register(${JSON.stringify(toUrl(hook))});`;
    const refused = await run(['worker', '--queue', 'redis://127.0.0.1:1'], ['--import', toUrl(register)]);
    expect(refused).toEqual({
      status: 2,
      stdout: '',
      stderr: 'panthor-shim: a queue needs two packages that are not installed: npm install bullmq ioredis\n',
    });
  });

  it('plays vectors, and says of them what one process says', async (context) => {
    const url = queue(context);
    startWorker(url);
    startWorker(url);
    const file = resolve(import.meta.dirname, '../fixtures/vectors/random-7.2.jsonl.gz');
    for (const more of [[], ['--without', 'lock-around-op', '--filter', 'a']]) {
      const args = ['conform', file, '--json', '--kernel', '7.2', ...more];
      const [here, there] = [await run(args), await run([...args, '--queue', url])];
      expect(there.status).toBe(here.status);
      expect(JSON.parse(there.stdout)).toEqual(JSON.parse(here.stdout));
    }
    const wrong = await run([
      'conform',
      file,
      '--kernel',
      '7.2',
      '--filter',
      'no such stream',
      '--queue',
      url,
    ]);
    expect(wrong.status).toBe(2);
  }, 300_000);

  it('runs the searches of a review, and no other command', async (context) => {
    const url = queue(context);
    startWorker(url);
    const built = resolve(import.meta.dirname, '../../dist/src/queue/commands.js');
    const { commandsOn } = (await import(built)) as typeof Commands;
    const { run: runThere, end } = await commandsOn(url, 'a test');
    try {
      const search = (without: string): Promise<Ended> =>
        runThere(['explore', 'two-binders', '--no-compare', '--without', without, '--json'], 60);
      const ended = await Promise.all([search('lock-around-op'), search('no-such-behaviour')]);
      expect(ended.map(({ status }) => status)).toEqual([1, 2]);
      expect(JSON.parse(ended[0].stdout)).toMatchObject({ verdict: 'violated' });
      await expect(runThere(['dump', '/etc/passwd'], 60)).rejects.toThrow("a review runs no 'dump'");
    } finally {
      await end();
    }
  }, 300_000);
});
