/** The recipes of examples/many-machines: each runs all parts as its engine does, and their verdict is that of one search. */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { startCluster } from './slurm.ts';

const top = resolve(import.meta.dirname, '../..');
const recipes = join(top, 'examples/many-machines');
const folder = mkdtempSync(join(tmpdir(), 'panthor-recipes-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** `panthor-shim` on the PATH, as where it is installed; `npm install` has nothing left to do. */
const bin = join(folder, 'bin');
mkdirSync(bin);
for (const [name, text] of [
  ['panthor-shim', `exec ${process.execPath} ${join(top, 'bin/panthor-shim')} "$@"`],
  ['npm', '[ "$*" = "install --global panthor-shim" ]'],
]) {
  writeFileSync(join(bin, name), `#!/bin/sh\n${text}\n`);
  chmodSync(join(bin, name), 0o755);
}
const env = { ...process.env, PATH: `${bin}:${process.env.PATH}` };

/** One scenario that holds, and one in which something breaks, in some parts alone. */
const SCENARIOS = ['activate-while-rebinding', 'reset-while-sync-binding'];

interface Verdict {
  verdict: string;
  violations: { invariant: string; message: string }[];
  by: string;
}

/** What a verdict says, however many have searched. */
function outcome(text: string): unknown {
  const { verdict, violations } = JSON.parse(text) as Verdict;
  return { verdict, violations: violations.map((one) => `${one.invariant}: ${one.message}`).sort() };
}

function alone(scenario: string): unknown {
  const { stdout } = spawnSync('panthor-shim', ['explore', scenario, '--json'], { env, encoding: 'utf8' });
  return outcome(stdout);
}

function shell(script: string, cwd: string, more: NodeJS.ProcessEnv, program = 'bash'): string {
  const args = program === 'bash' ? ['-e', '-c', script] : ['-c', script];
  const { status, stdout, stderr } = spawnSync(program, args, {
    cwd,
    env: { ...env, ...more },
    encoding: 'utf8',
  });
  if (status !== 0 && status !== 1) throw new Error(`exit status ${status}: ${stderr}`);
  if (status === 1 && stdout === '') throw new Error(stderr);
  return stdout;
}

/** An empty folder. */
function fresh(name: string): string {
  const path = join(folder, name);
  mkdirSync(path, { recursive: true });
  return path;
}

interface Step {
  uses?: string;
  run?: string;
  with?: Record<string, string>;
}
interface Workflow {
  env: { SCENARIO: string };
  jobs: Record<
    'part' | 'verdict',
    { needs?: string; strategy?: { matrix: { part: number[] } }; steps: Step[] }
  >;
}

describe('a matrix of GitHub jobs', () => {
  it.each(SCENARIOS)('comes to one verdict: %s', (scenario) => {
    const workflow = parse(readFileSync(join(recipes, 'github.yml'), 'utf8')) as Workflow;
    const { part, verdict } = workflow.jobs;
    const numbers = part.strategy?.matrix.part ?? [];
    const artifacts = fresh(`github-${scenario}/artifacts`);
    const variables = { ...workflow.env, SCENARIO: scenario };
    for (const number of numbers) {
      const filled = (text: string): string =>
        text
          .replace(/\$\{\{ matrix\.part \}\}/g, String(number))
          .replace(/\$\{\{ strategy\.job-total \}\}/g, String(numbers.length));
      const workspace = fresh(`github-${scenario}/${number}`);
      for (const { run, uses, with: inputs = {} } of part.steps) {
        if (run !== undefined) shell(filled(run), workspace, variables);
        if (uses?.startsWith('actions/upload-artifact@'))
          copyFileSync(join(workspace, filled(inputs.path)), join(artifacts, filled(inputs.path)));
      }
    }
    expect(verdict.needs).toBe('part');
    expect(verdict.steps.some(({ uses }) => uses?.startsWith('actions/download-artifact@'))).toBe(true);
    const said = verdict.steps.flatMap(({ run }) =>
      run === undefined ? [] : [shell(run, artifacts, variables)],
    );
    expect(outcome(said.join(''))).toEqual(alone(scenario));
    expect(JSON.parse(said.join(''))).toMatchObject({ by: '8 parts' });
  });
});

interface Manifest {
  kind: string;
  spec: {
    completionMode: string;
    completions: number;
    template: {
      spec: {
        containers: {
          command: string[];
          workingDir: string;
          env: { name: string; value: string }[];
          volumeMounts: { mountPath: string }[];
        }[];
      };
    };
  };
}

describe('an indexed Kubernetes Job', () => {
  it.each(SCENARIOS)('comes to one verdict: %s', (scenario) => {
    const text = readFileSync(join(recipes, 'kubernetes.yaml'), 'utf8');
    const { kind, spec } = parse(text) as Manifest;
    expect([kind, spec.completionMode]).toEqual(['Job', 'Indexed']);
    const [container] = spec.template.spec.containers;
    expect(container.volumeMounts.map(({ mountPath }) => mountPath)).toEqual([container.workingDir]);
    const variables = Object.fromEntries(container.env.map(({ name, value }) => [name, value]));
    expect(Number(variables.PARTS)).toBe(spec.completions);
    const volume = fresh(`kubernetes-${scenario}`);
    const [program, option, script] = container.command;
    expect([program, option]).toEqual(['sh', '-c']);
    for (let index = 0; index < spec.completions; index++)
      shell(script, volume, { ...variables, SCENARIO: scenario, JOB_COMPLETION_INDEX: String(index) }, 'sh');
    const merge = /^#\s+(panthor-shim explore --merge .*)$/m.exec(text)?.[1] ?? '';
    expect(outcome(shell(merge, volume, {}))).toEqual(alone(scenario));
  });
});

describe('a Slurm array on two nodes', () => {
  it('comes to one verdict', async (context) => {
    const cluster = await startCluster();
    if (typeof cluster === 'string') return context.skip(cluster);
    try {
      copyFileSync(join(recipes, 'slurm.sh'), join(cluster.folder, 'slurm.sh'));
      for (const scenario of SCENARIOS) {
        const array = cluster.run('sbatch', ['--wait', 'slurm.sh', scenario], env);
        expect(array.status, array.said).toBe(0);
        const merged = shell('panthor-shim explore --merge part-*.json', cluster.folder, {});
        expect(outcome(merged)).toEqual(alone(scenario));
        expect(JSON.parse(merged)).toMatchObject({ by: '8 parts' });
      }
      const nodes =
        cluster.run('scontrol', ['--oneliner', 'show', 'jobs']).said.match(/ NodeList=\w+/g) ?? [];
      expect([...new Set(nodes)].sort()).toEqual([' NodeList=n1', ' NodeList=n2']);
    } finally {
      await cluster.end();
    }
  });
});
