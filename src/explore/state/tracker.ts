/** The switchboard of the state tracking: when the initial state stands, who acts, and the ways back. */
import { type Any, contents, frozen, nameOf, now, roots, SETUP } from './objects.ts';
import { forgetPlaces } from './place-numbers.ts';
import { forgetUndo, undoLength, undoTo } from './undo-list.ts';

/** Module-level objects and all that they led to when they became known; they outlive each world. */
const shared: object[] = [];
const saved = { counters: new Int32Array(64), lane0: 0, lane1: 0, known: 0 };

/** The state before a step. */
export interface TrackerMark {
  index: number;
  undo: number;
  lane0: number;
  lane1: number;
  known: number;
  counter: number;
}

/** What begin() was called with last. */
let tracked: object | null = null;

/** A class, for V8 looks up each time what is in a literal with getters. */
class Tracker {
  /** Everything that `root` leads to, as it is now, becomes the initial state. */
  begin(root: object): void {
    tracked = root;
    now.owner = SETUP;
    now.naming = shared;
    for (const one of roots) nameOf(one);
    now.naming = null;
    nameOf(root);
    forgetUndo();
    now.recording = true;
    saved.known = now.known?.length ?? 0;
    saved.counters.set(now.counters);
    saved.lane0 = now.lane0;
    saved.lane1 = now.lane1;
  }

  /** Back to the initial state. */
  rewind(): void {
    undoTo(0);
    if (now.known !== null) now.known.length = saved.known;
    now.counters.set(saved.counters);
    now.lane0 = saved.lane0;
    now.lane1 = saved.lane1;
    now.owner = SETUP;
  }

  /** Notes what the state is before a step of thread `index`. */
  mark(index: number, into: TrackerMark): void {
    into.index = index;
    into.undo = undoLength();
    into.lane0 = now.lane0;
    into.lane1 = now.lane1;
    into.known = now.known?.length ?? 0;
    into.counter = now.counters[index + 1];
  }

  /** Back to a mark; of several, the last one first. */
  backTo(mark: TrackerMark): void {
    undoTo(mark.undo);
    now.lane0 = mark.lane0;
    now.lane1 = mark.lane1;
    if (now.known !== null) now.known.length = mark.known;
    now.counters[mark.index + 1] = mark.counter;
  }

  /** What becomes known from now on, thread `index` has made known. */
  enter(index: number): void {
    now.owner = index + 1;
  }

  /** Whose state is tracked; null before there is any. */
  get root(): object | null {
    return tracked;
  }

  get lane0(): number {
    return now.lane0;
  }
  get lane1(): number {
    return now.lane1;
  }

  /** Another world is about to be built: only module-level objects stay known. Names go on where they are. */
  reset(): void {
    // What module-level objects were left with by a schedule is not what the next world begins with.
    if (now.recording) this.rewind();
    tracked = null;
    now.recording = false;
    now.owner = SETUP;
    forgetUndo();
    forgetPlaces();
    now.lane0 = now.lane1 = 0;
    if (now.known !== null) now.known = [...shared];
    for (const target of shared) contents(target, nameOf(target), 1);
  }

  /** From now on, before there is any world, every object that becomes known is remembered for audit(). */
  rememberObjects(): void {
    now.known ??= [];
  }

  /** Whether the fingerprint is the sum of what all known objects hold now: no write has escaped. */
  audit(): boolean {
    if (now.known === null) throw new Error('objects are not remembered');
    const a = now.lane0;
    const b = now.lane1;
    now.lane0 = now.lane1 = 0;
    for (const target of [...now.known]) contents(target, (target as Any).$id ?? frozen.get(target), 1);
    const same = now.lane0 === a && now.lane1 === b;
    now.lane0 = a;
    now.lane1 = b;
    return same;
  }
}

/** The switchboard that the explorer uses. */
export const tracker = new Tracker();
