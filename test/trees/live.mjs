/** Live clients on a tree: the programs of test/live end as on the model, and what was recorded replays on both. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '../clients/harness.mjs';

/** Programs, their arguments, a call that the tree has to have answered; and whether what was recorded is replayed. */
const PROGRAMS = [
  // A replay runs no streams: what they come to it cannot tell.
  ['streams', ['timeout'], 'VM_BIND', false],
  ['threads', [], 'SYNCOBJ_WAIT', false],
  ['life', [], 'VM_CREATE', false],
  ['names', [], 'VERSION', false],
  ['sharing', [], 'BO_CREATE', true],
  ['memory', [], 'VM_BIND', true],
];

function compiled(project, scratch, name) {
  const program = join(scratch, name);
  const source = join(project, 'test/live/programs', `${name}.c`);
  const args = ['-std=c11', '-D_GNU_SOURCE', '-O1', '-o', program, source, '-lpthread', '-ldl', '-lrt'];
  const r = spawnSync('gcc', args, { encoding: 'utf8' });
  expect(r.status === 0, `${name}.c does not compile`, r.stderr);
  return program;
}

const linesOf = (text) => text.split('\n').sort().join('\n');

/** A program ends well; or, where it is about more than the release has, as on the model, with the same complaints. */
function expectAsModel(r, onModel, name) {
  if (r.status === 0) return;
  const model = onModel();
  const same = r.status === model.status && linesOf(r.stderr) === linesOf(model.stderr);
  expect(same, `${name} ends with ${r.status ?? r.signal}, on the model with ${model.status}`, r.stderr);
}

/** Runs each program on the tree; each call is held against the model's there. */
export async function live(suite, shim, expectValid, tree, dir, project, scratch) {
  await suite.test(`${tree.name}: live clients end as on the model, and their captures replay`, () => {
    const file = join(scratch, `live-${tree.name}.json`);
    let calls = 0;
    for (const [name, args, entered, replays] of PROGRAMS) {
      const program = compiled(project, scratch, name);
      const capture = join(scratch, `live-${tree.name}-${name}.ptcap`);
      const record = replays ? ['--record', capture] : [];
      const r = shim('run', '--report', file, ...record, '--tree', dir, '--', program, ...args);
      expectAsModel(r, () => shim('run', '--kernel', tree.like, '--', program, ...args), name);
      const text = readFileSync(file, 'utf8');
      expectValid('run', text);
      const { tree: played, bugs } = JSON.parse(text);
      const { differences, out_of_step } = played;
      expect(bugs === 0 && out_of_step === null && differences.length === 0, `${name} differs`, text);
      expect(played.calls[entered] > 0, `${name}: no ${entered} entered the tree`);
      for (const where of replays ? [['--tree', dir], []] : []) {
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
  // As changedIoctl() has it.
  const mutated = join(scratch, 'without-bind');
  await suite.test(
    "run: streams go through the tree's tables, and a bind that does nothing leaves none",
    () => {
      const cut = ['--delete-call', 'panthor_vm_bind_exec_sync_op', '--in', 'panthor_ioctl_vm_bind_sync'];
      if (!existsSync(mutated))
        expect(shim('tree', 'mutate', dir, ...cut, '-o', mutated).status === 0, 'the tree cannot be mutated');
      // Where few mappings are compared nothing is noticed but what the GPU does.
      const r = shim('run', '--report', '--tree', mutated, '--', compiled(project, scratch, 'streams'));
      expect(r.status === 1, `exit status ${r.status ?? r.signal}`, r.stderr);
      expect(/other mappings in the tree/.test(r.stderr), 'nothing is said of it', r.stderr);
    },
  );
  await suite.test('run: a function that the shim does not have ends the run with its name', () => {
    const path = join(mutated, 'drivers/gpu/drm/panthor/panthor_drv.c');
    const text = readFileSync(path, 'utf8');
    const call = '\textern void iput(struct inode *inode);\n\n\tiput(NULL);\n';
    const changed = text.replace(/(static int panthor_ioctl_vm_create\([^{]*\{\n)/, `$1${call}`);
    expect(changed !== text, 'panthor_ioctl_vm_create() is not where it was');
    writeFileSync(path, changed);
    const r = shim('run', '--tree', mutated, '--', compiled(project, scratch, 'streams'));
    expect(r.status === 2, `exit status ${r.status ?? r.signal}`, r.stderr);
    expect(/the driver calls iput, which the shim does not have/.test(r.stderr), 'no name', r.stderr);
    expect(!/a bug of panthor-shim/.test(r.stderr), 'it is taken for a bug of ours', r.stderr);
  });
}
