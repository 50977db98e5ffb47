/** Live clients on a tree: the programs of test/live end as on the model, and what was recorded replays on both. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '../clients/harness.mjs';

/** Programs, their arguments, and a call that the tree has to have answered. */
const PROGRAMS = [
  ['streams', ['timeout'], 'VM_BIND'],
  ['sharing', [], 'BO_CREATE'],
  ['memory', [], 'VM_BIND'],
  ['syncfile', [], 'SYNCOBJ_WAIT'],
  ['threads', [], 'SYNCOBJ_WAIT'],
  ['life', [], 'VM_CREATE'],
  ['operations', [], 'VM_BIND'],
];

function compiled(project, scratch, name) {
  const program = join(scratch, name);
  const source = join(project, 'test/live/programs', `${name}.c`);
  const args = ['-std=c11', '-D_GNU_SOURCE', '-O1', '-o', program, source, '-lpthread', '-ldl', '-lrt'];
  const r = spawnSync('gcc', args, { encoding: 'utf8' });
  expect(r.status === 0, `${name}.c does not compile`, r.stderr);
  return program;
}

/** Runs each program on the tree and on the model. */
export async function live(suite, shim, expectValid, tree, dir, project, scratch) {
  const at = (name) => join(scratch, `live-${tree.name}-${name}`);
  const report = (path) => (existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {});
  await suite.test(`${tree.name}: live clients end as on the model, and their captures replay`, () => {
    let calls = 0;
    for (const [name, args, entered] of PROGRAMS) {
      const program = compiled(project, scratch, name);
      const capture = at(`${name}.ptcap`);
      const on = ['--report', at('report.json'), '--record', capture, '--tree', dir];
      const r = shim('run', ...on, '--', program, ...args);
      const { tree: played, bugs } = report(at('report.json'));
      expect(r.status === 0, `${name} ends with ${r.status ?? r.signal}`, r.stderr + JSON.stringify(played));
      expectValid('run', readFileSync(at('report.json'), 'utf8'));
      expect(bugs === 0 && played.out_of_step === null, `${name}: ${JSON.stringify(played.out_of_step)}`);
      expect(played.calls[entered] > 0, `${name}: no ${entered} entered the tree`);
      const model = shim('run', '--kernel', tree.like, '--', program, ...args);
      expect(model.status === 0 && model.stdout === r.stdout, `${name} prints something else`, r.stdout);
      for (const where of [['--tree', dir], []]) {
        const again = shim('replay', '--check', ...where, capture);
        expect(again.status === 0, `${name}: replay ${where[0] ?? ''}: ${again.status}`, again.stdout);
      }
      calls += Object.values(played.calls).reduce((a, b) => a + b, 0);
    }
    return `${calls} calls entered the tree`;
  });
}

/** A driver whose VM_BIND does nothing is seen by the GPU; one that calls what the shim does not have ends the run. */
export async function liveOnChanged(suite, shim, dir, project, scratch) {
  await suite.test(
    "run: streams go through the tree's tables, and a bind that does nothing leaves none",
    () => {
      const mutated = join(scratch, 'live-without-bind');
      const cut = ['--delete-call', 'panthor_vm_bind_exec_sync_op', '--in', 'panthor_ioctl_vm_bind_sync'];
      expect(shim('tree', 'mutate', dir, ...cut, '-o', mutated).status === 0, 'the tree cannot be mutated');
      const r = shim('run', '--report', '--tree', mutated, '--', compiled(project, scratch, 'streams'));
      expect(r.status !== 0, 'the program sees nothing of it', r.stderr);
      expect(/other mappings in the tree/.test(r.stderr), 'nothing is said of it', r.stderr);
    },
  );
}
