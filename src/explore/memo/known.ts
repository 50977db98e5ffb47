/** All that is known of a world: what steps, reactions, guards and invariants come to, by what they look at. */
import { MAX_OPTIONS } from '../search/world.ts';
import { type Footprints, NOTHING } from '../shards/footprints.ts';
import { AccessSet, COMMUTES, READS, WRITES } from '../state/access-set.ts';
import { now } from '../state/objects.ts';
import { tracker } from '../state/tracker.ts';
import { DecisionTrees } from './decision-tree.ts';
import { Change, type ReactionEntry } from './entries.ts';
import { Locals } from './locals.ts';
import { Places } from './places.ts';
import { Recorder, type Recording } from './recorder.ts';

/** What a guard or a check comes to. */
interface Answer {
  readonly value: number;
  /** What is looked at for it, by number; -1 where that was not asked for. */
  footprint: number;
}

export class Known {
  readonly places = new Places();
  readonly locals = new Locals(this.places);
  readonly recorder = new Recorder(this.places);
  /** What was found wrong, in words. */
  readonly messages: string[] = [];
  readonly #trees = new DecisionTrees();
  readonly #steps: Change[] = [];
  readonly #reactions: ReactionEntry[] = [];
  /** Roots of trees: by where a thread stands and which way it goes; by where it stands; by number. */
  readonly #stepRoots: number[] = [];
  readonly #guardRoots: number[] = [];
  readonly #reactionRoots: number[];
  readonly #checkRoots: number[];
  /** By where all threads stand, put into words. */
  readonly #endRoots = new Map<string, number>();
  /** Where it is noted what steps touch and change, if it is. */
  notes: AccessSet | null = null;
  /** The same by numbers, and what the step under way has touched so far. */
  footprints: Footprints | null = null;
  printed = NOTHING;
  readonly #answers: Answer[] = [];
  readonly #set = new AccessSet();

  /** `reactions`, `checks`: how many of them there are. To be made where the world is at its initial state. */
  constructor(reactions: number, checks: number) {
    const roots = (n: number) => Array.from({ length: n }, () => this.#trees.newRoot());
    this.#reactionRoots = roots(reactions);
    this.#checkRoots = roots(checks);
  }

  /** Bits of watchers. */
  reactionBit(i: number): number {
    return 1 << i;
  }

  /** All of them. */
  get reactionBits(): number {
    return (1 << this.#reactionRoots.length) - 1;
  }

  checkBit(i: number): number {
    return 1 << (this.#reactionRoots.length + i);
  }

  /** The tree for a step of a thread that stands at `local`. */
  stepRoot(local: number, option: number): number {
    return (this.#stepRoots[local * MAX_OPTIONS + option] ??= this.#trees.newRoot());
  }

  /** The number of what a step comes to in the present state; -1 where that is not known. */
  find(root: number): number {
    return this.#trees.find(root, this.places.values);
  }

  entry(number: number): Change {
    return this.#steps[number];
  }

  /** The same of a step that is taken: notes what is to be noted. */
  step(root: number, number: number): Change {
    const entry = this.#steps[number];
    if (this.notes !== null) this.#noteTouched(root, this.notes, entry.commute);
    if (this.footprints !== null) this.#print(root, entry, this.footprints);
    return entry;
  }

  /** Adds what a step or reaction touches and changes to what the step under way has touched. */
  #print(root: number, change: Change, footprints: Footprints): void {
    if (change.footprint < 0) {
      const set = this.#set;
      set.clear();
      this.#noteTouched(root, set, change.commute);
      for (const place of change.places) if (set.modes[place] !== COMMUTES) set.add(place, WRITES);
      change.footprint = footprints.of(set);
    }
    this.printed = footprints.union(this.printed, change.footprint);
  }

  /** Notes the places on the way to a leaf. */
  #noteTouched(root: number, set: AccessSet, commute: readonly number[] = []): void {
    this.#trees.path(root, this.places.values, (place) =>
      set.add(place, commute.includes(place) ? COMMUTES : READS),
    );
  }

  addStep(root: number, touched: readonly number[], entry: Change): void {
    this.#trees.add(root, touched, this.places.values, this.#steps.push(entry) - 1);
    if (this.notes !== null) this.#noteTouched(root, this.notes, entry.commute);
    if (this.footprints !== null) this.#print(root, entry, this.footprints);
  }

  /** What reaction `i` comes to where `actor` (see ReactionEntry) has taken a step; null where that is not known. */
  reaction(i: number, actor: number): Change | null {
    const leaf = this.#trees.find(this.#reactionRoots[i], this.places.values);
    if (leaf < 0) return null;
    const change = this.#reactions[leaf].always ?? this.#reactions[leaf].byNames.get(actor) ?? null;
    // Where it changes nothing, a step that changes what was looked at reacts itself.
    if (change === null || change.places.length === 0) return change;
    if (this.notes !== null) this.#noteTouched(this.#reactionRoots[i], this.notes, change.commute);
    if (this.footprints !== null) this.#print(this.#reactionRoots[i], change, this.footprints);
    return change;
  }

  /** Adds it; `counter`: how many names the thread had given before, and has given then. */
  addReaction(
    i: number,
    actor: number,
    touched: readonly number[],
    change: Change,
    counter: [number, number],
  ): void {
    this.places.watch(touched, this.reactionBit(i), 0);
    let leaf = this.#trees.find(this.#reactionRoots[i], this.places.values);
    if (leaf < 0) {
      leaf = this.#reactions.push({ always: null, byNames: new Map() }) - 1;
      this.#trees.add(this.#reactionRoots[i], touched, this.places.values, leaf);
    }
    if (counter[0] === counter[1]) this.#reactions[leaf].always = change;
    else {
      change.counter = counter[1];
      this.#reactions[leaf].byNames.set(actor, change);
    }
  }

  /** Whether a thread that stands at `local` may go on: 1 or 0, -1 where that is not known. */
  guard(local: number): number {
    const leaf = this.#trees.find(this.#guardRoot(local), this.places.values);
    return leaf < 0 ? -1 : this.#answers[leaf].value;
  }

  /** Notes what decides whether a thread that stands at `local` may go on, where that is known. */
  noteGuard(local: number, set: AccessSet): void {
    this.#noteTouched(this.#guardRoot(local), set);
  }

  /** The same by number: what is added to what the step under way has touched. */
  printGuard(local: number, footprints: Footprints): void {
    const leaf = this.#trees.find(this.#guardRoot(local), this.places.values);
    const answer = this.#answers[leaf];
    if (answer.footprint < 0) {
      this.#set.clear();
      this.noteGuard(local, this.#set);
      answer.footprint = footprints.of(this.#set);
    }
    this.printed = footprints.union(this.printed, answer.footprint);
  }

  /** Asks for it in the world behind, which is in the present state; `thread` is the one that stands there. */
  askGuard(local: number, thread: number, ask: () => boolean): number {
    return this.#note(this.#guardRoot(local), 0, 1 << thread, () => (ask() ? 1 : 0));
  }

  #guardRoot(local: number): number {
    return (this.#guardRoots[local] ??= this.#trees.newRoot());
  }

  /** Number of the message on what is wrong by check `i`, from 1; 0 for nothing, -1 where that is not known. */
  wrong(i: number): number {
    const leaf = this.#trees.find(this.#checkRoots[i], this.places.values);
    return leaf < 0 ? -1 : this.#answers[leaf].value;
  }

  /** Asks for it in the world behind, which is in the present state. */
  askWrong(i: number, ask: () => string | null): number {
    return this.#note(this.#checkRoots[i], this.checkBit(i), 0, () => this.#messageNumber(ask()));
  }

  /** The tree for what is wrong where nothing goes on and threads stand at `locals`. */
  endRoot(locals: string): number {
    let root = this.#endRoots.get(locals);
    if (root === undefined) this.#endRoots.set(locals, (root = this.#trees.newRoot()));
    return root;
  }

  /** Number of the message on what is wrong there; 0 for nothing, -1 where that is not known. */
  ended(root: number): number {
    const leaf = this.#trees.find(root, this.places.values);
    return leaf < 0 ? -1 : this.#answers[leaf].value;
  }

  /** Asks for it in the world behind, which is in the present state. */
  askEnd(root: number, ask: () => string | null): number {
    return this.#note(root, 0, 0, () => this.#messageNumber(ask()));
  }

  /** 0 for none, else one more than its place among the messages. */
  #messageNumber(message: string | null): number {
    return message === null ? 0 : this.messages.push(message);
  }

  #note(root: number, watchers: number, waiters: number, ask: () => number): number {
    let answer = 0;
    const { touched } = this.recorder.record(() => {
      answer = ask();
    });
    this.places.watch(touched, watchers, waiters);
    const leaf = this.#answers.push({ value: answer, footprint: -1 }) - 1;
    this.#trees.add(root, touched, this.places.values, leaf);
    return answer;
  }

  /** Runs a step's or reaction's code of thread `thread`: what it touched, and what it changed. */
  run(thread: number, action: () => void, first: readonly number[] = []): [Recording, Change] {
    const [lane0, lane1] = [tracker.lane0, tracker.lane1];
    const noted = this.recorder.record(action, thread + 1, first);
    const { places, values, commute } = noted;
    const change = new Change(
      places,
      values,
      (tracker.lane0 - lane0) | 0,
      (tracker.lane1 - lane1) | 0,
      commute,
    );
    return [noted, change];
  }

  /** How many names thread `thread` has given in the world behind. */
  static namesGiven(thread: number): number {
    return now.counters[thread + 1];
  }

  /** How much is known. */
  get size(): { steps: number; reactions: number; locals: number; nodes: number } {
    const { length: locals } = this.locals.list;
    return { steps: this.#steps.length, reactions: this.#reactions.length, locals, nodes: this.#trees.size };
  }
}
