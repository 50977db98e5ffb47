/** Captures on trees: the calls enter the tree's own ioctls, and the reports are the model's. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { expect } from '../clients/harness.mjs';

export const capturesIn = (folder) => readdirSync(folder).filter((name) => name.endsWith('.jsonl.gz'));

/** The first field of two objects that is another one. */
export const differing = (a, b) =>
  Object.keys({ ...a, ...b }).find((key) => !isDeepStrictEqual(a[key], b[key]));

/** Calls that a tree has to answer in every capture. */
const ENTERED = ['VM_CREATE', 'VM_BIND', 'VM_DESTROY', 'BO_CREATE', 'GEM_CLOSE', 'SYNCOBJ_WAIT', 'VERSION'];

/** All captures on the tree and on the model: every field of the reports, and the state half-way. */
export async function captures(suite, shim, expectValid, tree, dir, folder) {
  await suite.test(`${tree.name}: does for all captures what the model does`, () => {
    let operations = 0;
    let calls = 0;
    for (const name of capturesIn(folder)) {
      const path = join(folder, name);
      const r = shim('replay', '--json', '--tree', dir, path);
      expect(r.status === 0, `${name}: exit status ${r.status}`, r.stdout.slice(-1000) + r.stderr);
      expectValid('replay', r.stdout);
      const { tree: played, ...report } = JSON.parse(r.stdout);
      expect(played.difference === null, `${name}: ${JSON.stringify(played.difference)}`);
      const lacking = ENTERED.find((call) => !(played.calls[call] > 0));
      expect(lacking === undefined, `${name}: no ${lacking} entered the tree`);
      const model = JSON.parse(shim('replay', '--json', '--kernel', report.kernel, path).stdout);
      const other = differing(report, model);
      expect(other === undefined, `${name}: ${other} is another one`, JSON.stringify(report[other]));
      operations += played.operations;
      calls += Object.values(played.calls).reduce((a, b) => a + b, 0);
    }
    expect(operations > 1000 && calls > 1000, `${operations} operations, ${calls} calls`);
    return `${calls} calls, ${operations} operations`;
  });
  await suite.test(`${tree.name}: vm shows the tree's mappings, tables and slots`, () => {
    const path = join(folder, 'vulkan-sparse-emulated.jsonl.gz');
    for (const more of [['--json', '--at', '150'], []]) {
      const [kernel, ours] = [tree.like, shim('vm', ...more, '--tree', dir, path)];
      const model = shim('vm', ...more, '--kernel', kernel, path);
      expect(ours.status === 0 && ours.stdout.length > 400, `exit status ${ours.status}`, ours.stderr);
      expect(ours.stdout === model.stdout, `vm ${more.join(' ')} shows something else`, ours.stdout);
    }
    const walk = shim('vm', '--walk', '1@0xff400000', '--at', '150', '--json', '--tree', dir, path);
    expect(
      JSON.parse(walk.stdout).agrees === true,
      'the walk leads to another page',
      walk.stdout + walk.stderr,
    );
  });
}

/** A driver whose synchronous VM_BIND does nothing: no vector enters there, a client's calls do. */
export async function changedIoctl(suite, shim, dir, folder, scratch) {
  const mutated = join(scratch, 'without-bind');
  const path = join(folder, 'vulkaninfo.jsonl.gz');
  await suite.test('replay: an ioctl that does nothing is told from the mappings that are not there', () => {
    const cut = ['--delete-call', 'panthor_vm_bind_exec_sync_op', '--in', 'panthor_ioctl_vm_bind_sync'];
    expect(shim('tree', 'mutate', dir, ...cut, '-o', mutated).status === 0, 'the tree cannot be mutated');
    const r = shim('replay', '--json', '--tree', mutated, path);
    expect(r.status === 1, `exit status ${r.status}`, r.stderr);
    const { tree } = JSON.parse(r.stdout);
    expect(tree.difference === null, 'the vectors differ, too', JSON.stringify(tree.difference));
    expect(/has other mappings in the tree/.test(tree.out_of_step?.why), JSON.stringify(tree));
    return `record ${tree.out_of_step.index}: ${tree.differences[0].tree}`;
  });
  await suite.test('replay: two trees against each other differ in what one leaves out', () => {
    const r = shim('replay', '--json', '--check', '--tree', dir, '--diff-tree', mutated, path);
    expect(r.status === 1, `exit status ${r.status}`, r.stderr);
    const same = shim('replay', '--json', '--check', '--tree', dir, '--diff-tree', dir, path);
    expect(same.status === 0, `a tree differs from itself: exit status ${same.status}`, same.stdout);
    return r.stdout.slice(0, 60);
  });
}
