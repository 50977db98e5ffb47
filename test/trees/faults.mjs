/** Faults put into a copy of a tree, each of which has to be found, with the driver's function. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bodyOf, withoutCalls } from '../../dist/src/tree/mutate.js';
import { expect } from '../clients/harness.mjs';

/** The text with a statement of ours at the beginning of a function's code, after its declarations. */
function withStatement(text, within, after, statement) {
  const body = bodyOf(text, within);
  const at = body === null ? -1 : text.indexOf(after, body.from);
  if (at < 0 || at > body.to) throw new Error(`${within} has no '${after}'`);
  const end = at + after.length;
  return `${text.slice(0, end)}\n${statement}${text.slice(end)}`;
}

const REBIND = `check atomic deadlock
object old 8K
object new 8K
vm A
  map old at 0x10000000
  activate
  idle
thread binder
  map A new at 0x10000000
`;
/**
 * Mutexes that are initialised and taken one after another, each a class of its own, then a read/write semaphore and a mutex that is
 * a variable, both ways round.
 */
function manyClasses(count) {
  const each = Array.from(
    { length: count },
    (_, i) => `mutex_init(&seeded[${i}]); mutex_lock(&seeded[${i}]); mutex_unlock(&seeded[${i}]);`,
  );
  return `static struct mutex seeded[${count}]; static struct rw_semaphore sem; static DEFINE_MUTEX(last);
init_rwsem(&sem);
${each.join('\n')}
down_read(&sem); mutex_lock(&last); mutex_unlock(&last); up_read(&sem);
mutex_lock(&last); down_write(&sem); up_write(&sem); mutex_unlock(&last);`;
}

const SUBMITTER = 'thread submitter\n  activate A\n  idle A\n';
const DESTROY = 'thread client\n  destroy A\nthread trouble\n  reset\n';

/** What is done to panthor_mmu.c, the scenario that meets it, the invariant that breaks, and what has to be said of it. */
const FAULTS = [
  {
    name: 'use after free',
    seed: (text) => withoutCalls(text, 'list_del', 'panthor_vm_free', 'vm->node'),
    scenario: `${REBIND.split('thread')[0]}${DESTROY}`,
    invariant: 'use-after-free',
    says: /of an object that is gone, allocated in panthor_vm_create \(\S+panthor_mmu\.c:\d+\), freed in panthor_vm_free /,
  },
  {
    name: 'double free',
    seed: (text) =>
      withStatement(
        text,
        'panthor_vm_cleanup_op_ctx',
        'kfree(op_ctx->rsvd_page_tables.pages);',
        'kfree(op_ctx->rsvd_page_tables.pages);',
      ),
    scenario: REBIND,
    invariant: 'use-after-free',
    says: /^panthor_vm_cleanup_op_ctx \(\S+panthor_mmu\.c:\d+\) frees what is no object any more/,
  },
  {
    name: 'leak',
    seed: (text) => withoutCalls(text, 'kfree', 'panthor_vm_cleanup_op_ctx'),
    scenario: REBIND,
    invariant: 'memory-leak',
    says: /^nothing refers any more to \d+ bytes allocated in panthor_vm_\w+ \(\S+panthor_mmu\.c:\d+\)/,
  },
  {
    name: 'lock-order inversion',
    seed: (text) =>
      withStatement(
        text,
        'panthor_vm_idle',
        'struct panthor_device *ptdev = vm->ptdev;',
        'mutex_lock(&ptdev->mmu->as.slots_lock); mutex_lock(&vm->op_lock);' +
          'mutex_unlock(&vm->op_lock); mutex_unlock(&ptdev->mmu->as.slots_lock);',
      ),
    scenario: REBIND + SUBMITTER,
    invariant: 'lock-order',
    says: /op_lock is taken in panthor_vm_idle \(\S+:\d+\) with \S*slots_lock held .* other way round in panthor_vm_\w+ /,
  },
  {
    name: 'lock-order inversion of the last of 202 classes',
    seed: (text) =>
      withStatement(text, 'panthor_vm_idle', 'struct panthor_device *ptdev = vm->ptdev;', manyClasses(200)),
    scenario: REBIND,
    invariant: 'lock-order',
    says: /^sem is taken in panthor_vm_idle \(\S+:\d+\) with a lock that is a variable held since .* other way round in panthor_vm_idle /,
  },
  {
    name: 'missing unlock',
    seed: (text) => withoutCalls(text, 'mutex_unlock', 'panthor_vm_exec_op', 'op_lock'),
    scenario: REBIND,
    invariant: 'kernel-warning',
    says: /^a call returns with \S*op_lock held, taken in panthor_vm_exec_op \(\S+panthor_mmu\.c:\d+\)/,
  },
];

/** Seeds each fault in the tree at `copy`, which is this test's own, and lets the explorer find it. */
export async function seededFaults(suite, shim, copy, scratch) {
  const path = join(copy, 'drivers/gpu/drm/panthor/panthor_mmu.c');
  const original = suite.list ? '' : readFileSync(path, 'latin1');
  const explore = (scenario) => {
    const file = join(scratch, 'fault.scenario');
    writeFileSync(file, `about a seeded fault\n${scenario}`);
    const r = shim('explore', file, '--json', '--no-compare', '--budget', 'seconds=120', '--tree', copy);
    expect(r.status === 0 || r.status === 1, `exit status ${r.status ?? r.signal}`, r.stderr);
    return JSON.parse(r.stdout);
  };
  await suite.test('nothing is found where no fault was seeded', () => {
    for (const { scenario } of FAULTS) {
      const { verdict, invariant, message } = explore(scenario);
      expect(verdict === 'holds', `${verdict}: ${invariant}: ${message}`);
    }
  });
  for (const { name, seed, scenario, invariant, says } of FAULTS) {
    await suite.test(`a seeded ${name} is found`, () => {
      writeFileSync(path, seed(original), 'latin1');
      const found = explore(scenario);
      expect(found.invariant === invariant, `${found.verdict}: ${found.invariant}: ${found.message}`);
      expect(says.test(found.message), found.message);
      return found.message;
    });
  }
  if (!suite.list) writeFileSync(path, original, 'latin1');
}
