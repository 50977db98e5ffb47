/** A Slurm cluster of Debian's packages on this machine: munge, slurmctld, two nodes; nothing is installed, all ends with it. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir, userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { prepareRoots } from '../clients/roots.mjs';
import { freePort } from '../tooling/free-port.ts';

const top = resolve(import.meta.dirname, '../..');
const NODES = ['n1', 'n2'];
/** How long the nodes may take to be there, s. */
const PATIENCE = 60;

export interface Cluster {
  /** A folder on the "file system that the nodes share". */
  folder: string;
  /** Runs one of Slurm's commands in it; `env` besides what Slurm needs. */
  run(command: string, args: string[], env?: NodeJS.ProcessEnv): { status: number | null; said: string };
  end(): Promise<void>;
}

/** Starts a cluster; or, in a sentence, why there is none. */
export async function startCluster(): Promise<Cluster | string> {
  const cache = process.env.PANTHOR_SHIM_CACHE ?? join(top, '.cache/clients');
  const { roots, incomplete } = (await prepareRoots(cache, ['slurm'])) as {
    roots: { slurm: string };
    incomplete: Record<string, string[]>;
  };
  if (incomplete.slurm !== undefined) return incomplete.slurm.join('; ');
  const root = roots.slurm;
  // munged refuses sockets in folders that others may write to.
  const folder = mkdtempSync(join(tmpdir(), 'panthor-slurm-'));
  const library = join(
    root,
    'usr/lib',
    { x64: 'x86_64-linux-gnu', arm64: 'aarch64-linux-gnu' }[process.arch as 'x64'],
  );
  const slurm = {
    ...process.env,
    SLURM_CONF: join(folder, 'slurm.conf'),
    LD_LIBRARY_PATH: [join(library, 'slurm-wlm'), library].join(':'),
  };
  writeFileSync(slurm.SLURM_CONF, await configuration(folder, join(library, 'slurm-wlm')));
  writeFileSync(join(folder, 'munge.key'), randomBytes(1024), { mode: 0o600 });
  mkdirSync(join(folder, 'state'));

  const daemons: ChildProcess[] = [];
  const start = (program: string, args: string[]): void => {
    const log = openSync(join(folder, `${program}.out`), 'a');
    daemons.push(
      spawn(join(root, 'usr/sbin', program), args, { env: slurm, cwd: folder, stdio: ['ignore', log, log] }),
    );
    closeSync(log);
  };
  const run: Cluster['run'] = (command, args, env = {}) => {
    const ended = spawnSync(join(root, 'usr/bin', command), args, {
      ...{ env: { ...slurm, ...env }, cwd: folder, encoding: 'utf8', timeout: 250_000 },
    });
    return { status: ended.status, said: `${ended.stdout}${ended.stderr}` };
  };
  const end = async (): Promise<void> => {
    // slurmctld last: nodes that end tell it so.
    for (const daemon of daemons.reverse()) {
      if (daemon.exitCode !== null || daemon.signalCode !== null) continue;
      const gone = new Promise((done) => daemon.once('exit', done));
      daemon.kill();
      const late = setTimeout(() => daemon.kill('SIGKILL'), 10_000);
      await gone;
      clearTimeout(late);
    }
    rmSync(folder, { recursive: true });
  };

  const at = (name: string): string => join(folder, name);
  start('munged', [
    ...['--foreground', '--force', `--socket=${at('munge.sock')}`, `--key-file=${at('munge.key')}`],
    ...[`--pid-file=${at('munge.pid')}`, `--log-file=${at('munge.log')}`, `--seed-file=${at('munge.seed')}`],
  ]);
  start('slurmctld-wlm', ['-D', '-c']);
  for (const node of NODES)
    start('slurmd-wlm', ['-D', '-N', node, '-d', join(root, 'usr/sbin/slurmstepd-wlm')]);
  for (let i = 0; i < PATIENCE * 2; i++) {
    if (run('sinfo', ['--noheader', '--format=%T %D']).said.trim() === `idle ${NODES.length}`)
      return { folder, run, end };
    await sleep(500);
  }
  const logs = ['munged', 'slurmctld-wlm', 'slurmd-wlm'].map((name) =>
    readFileSync(at(`${name}.out`), 'utf8'),
  );
  await end();
  throw new Error(`the nodes are not there after ${PATIENCE} s:\n${logs.join('\n')}`);
}

/** slurm.conf: nodes of this machine, no root, no accounting, plugins from where they were unpacked. */
async function configuration(folder: string, plugins: string): Promise<string> {
  const user = userInfo().username;
  const [controller, ...ports] = await Promise.all(['controller', ...NODES].map(() => freePort()));
  const nodes = NODES.map(
    (node, i) =>
      `NodeName=${node} NodeHostname=${hostname()} NodeAddr=127.0.0.1 Port=${ports[i]} CPUs=1 State=UNKNOWN`,
  );
  return `ClusterName=test
SlurmctldHost=${hostname().split('.')[0]}(127.0.0.1)
SlurmctldPort=${controller}
SlurmUser=${user}
SlurmdUser=${user}
StateSaveLocation=${folder}/state
SlurmdSpoolDir=${folder}/spool-%n
SlurmctldPidFile=${folder}/slurmctld.pid
SlurmdPidFile=${folder}/slurmd-%n.pid
PluginDir=${plugins}
AuthType=auth/munge
AuthInfo=socket=${folder}/munge.sock
CredType=cred/munge
ProctrackType=proctrack/pgid
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
ReturnToService=2
SchedulerType=sched/builtin
SelectType=select/linear
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/none
${nodes.join('\n')}
PartitionName=main Nodes=${NODES.join(',')} Default=YES MaxTime=INFINITE State=UP
`;
}
