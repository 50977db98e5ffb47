/** Whether a tree's VM has the mappings that the model's has. */
import { hex } from '../../../uapi/hex.ts';
import type { SeenVm } from '../../replay/seen.ts';

/** Mappings are compared again after so many binds as a part of those that a VM has: what that costs stays in proportion. */
const PART = 8;

type Vmas = SeenVm['vmas'];

function text(vmas: Vmas, id: number | undefined): string {
  if (id === undefined) return 'nothing more';
  const { va, range, bo, boOffset, flags } = vmas;
  return `${hex(va[id])}+${hex(range[id])} of object ${bo[id]}+${hex(boOffset[id])}, flags ${hex(flags[id] >>> 0)}`;
}

/** The first mapping, by address, that is another one on one side: in the model, on the tree. Null for none. */
export function differentMapping(model: Vmas, tree: Vmas): [string, string] | null {
  const [ours, theirs] = [[...model.ids()], [...tree.ids()]];
  for (let i = 0; i < Math.max(ours.length, theirs.length); i++) {
    const [a, b] = [text(model, ours[i]), text(tree, theirs[i])];
    if (a !== b) return [a, b];
  }
  return null;
}

/** Says when what a VM has is to be compared, so that `part` of it are looked at for each bind, on average. */
export class CompareDue {
  readonly #since = new Map<number, number>();
  readonly #part: number;

  constructor(part = PART) {
    this.#part = part;
  }

  /** A bind of VM `uid` was made, which has `count` mappings, or of whatever is compared, now. */
  after(uid: number, count: number): boolean {
    const since = (this.#since.get(uid) ?? 0) + 1;
    const due = since * this.#part >= count;
    this.#since.set(uid, due ? 0 : since);
    return due;
  }
}
