/**
 * What a driver was asked for, played on a kernel tree and on the model, step by step: the first operation whose outcome differs.
 * Results, warnings, commands and the state of VMs and slots are compared after each one; what is mapped, which takes as long as
 * the VM is large, as often as that stays in proportion, and after the last. Where it then differs, all is played again up to
 * there, with a look after each step that had none.
 */
import { type ModelRunner, showsContents } from '../../conform/model.ts';
import { type Fields, num, type StreamOp } from '../../conform/op-fields.ts';
import { type Difference, differentFields, type VectorRunner } from '../../conform/stream.ts';
import { ENTRIES } from '../../hw/vmsa.ts';
import { CompareDue } from '../replay/same-mappings.ts';

/** Entries of tables that are looked at for each operation, on average. */
const SHARE = 4 * ENTRIES;

/** Whether what is mapped is looked at after an operation, given how many entries the tables of its VM have. */
type IsDue = (index: number, uid: number, entries: number) => boolean;

/** The model, and what is held against it: a kernel tree, as a rule. Both as they are before the first operation. */
export interface Pair {
  ours: ModelRunner;
  theirs: VectorRunner & { looks: boolean };
}

interface Played {
  difference: Difference | null;
  /** The first operation after which a VM's mappings were not looked at; the count of operations for none. */
  unseen: number;
}

/** The first operation of `ops` that differs between the two, or null; `begin` is called once or twice. */
export function differenceInStep(begin: () => Pair, ops: readonly StreamOp[]): Difference | null {
  const last = new Map<number, number>();
  ops.forEach((op, index) => {
    if (showsContents(op)) last.set(num(op, 'vm'), index);
  });
  const due = new CompareDue(SHARE);
  const { difference, unseen } = play(
    begin(),
    ops,
    (index, uid, entries) => due.after(uid, entries) || last.get(uid) === index,
  );
  if (difference === null || unseen >= difference.index) return difference;
  const upTo = ops.slice(0, difference.index + 1);
  return play(begin(), upTo, (index) => index >= unseen).difference ?? difference;
}

function play({ ours, theirs }: Pair, ops: readonly StreamOp[], isDue: IsDue): Played {
  /** By VM: the first operation since the last look. */
  const since = new Map<number, number>();
  let difference: Difference | null = null;
  for (let index = 0; index < ops.length && difference === null; index++) {
    const op = ops[index];
    const uid = showsContents(op) ? num(op, 'vm') : -1;
    const looks = uid >= 0 && isDue(index, uid, ours.tablesOf(uid) * ENTRIES);
    ours.looks = looks;
    theirs.looks = looks;
    // As a file of vectors would have it: a field without a value is none.
    const expected = JSON.parse(JSON.stringify(ours.step(op))) as Fields;
    const fields = differentFields(op, expected, theirs.step(op));
    if (fields.length > 0) difference = { index, fields };
    else if (looks) since.delete(uid);
    else if (uid >= 0 && !since.has(uid)) since.set(uid, index);
  }
  return { difference, unseen: Math.min(ops.length, ...since.values()) };
}
