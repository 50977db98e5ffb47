import { ThreadWorld } from './search/threads.ts';
import { type Body, MAX_THREADS, type Step, type Thread, threadOf } from './search/world.ts';
import { enterThread, Frames, resume } from './state/frames.ts';
import { mix32 } from './state/hash.ts';
import { type TrackerMark, tracker } from './state/tracker.ts';

/** What the next step changes, to come back to the state before it. */
class Mark {
  readonly tracked: TrackerMark = { index: 0, undo: 0, lane0: 0, lane1: 0, known: 0, counter: 0 };
  /** Null where the thread's own code had no part in it. */
  frames: Frames | null = null;
  dirty = false;
  point: Thread['point'] = null;
  steps = 0;
}

/** What thread `index` adds to a lane of a state's fingerprint, where a lane of its stack's is `lane`. */
export function threadTerm(index: number, lane: number): number {
  return mix32(lane ^ Math.imul(index + 1, 0x9e3779b1));
}

/** Code that keeps the state of the threads that stand in it to itself. */
export interface Outside {
  /** Whether a thread stands in it. */
  holds(thread: number): boolean;
  /** Such a thread goes on: where it stands then; null where it is through, and its own code has the result. */
  goOn(thread: number): Thread['point'];
}

/**
 * A world whose code tracks its own state (build/instrument.mjs): what the tracker knows of its objects, and
 * the frames of its threads, are its fingerprint. There is one tracking in a process; of several worlds that take turns
 * each is built anew when its turn comes.
 */
export abstract class TrackedWorld extends ThreadWorld {
  readonly #frames: Frames[] = [];
  /** Frames that are nothing's any more, to be written over. */
  readonly #spare: Frames[] = [];
  readonly #dirty: boolean[] = [];
  #root: object | null = null;
  /** The schedule so far, and a mark for each of its steps; what lies above is left over, and written over. */
  readonly #taken: Step[] = [];
  readonly #marks: Mark[] = [];
  #length = 0;
  /** So many of its steps came to their end: where one broke on the way, the state is none. */
  #whole = 0;
  /** Threads whose generators are further than their frames. */
  readonly #ahead: boolean[] = [];
  protected outside: Outside | null = null;
  /** The sum of what threads add to the fingerprint, what of each is in it, and bits of those of which that may be old. */
  #sum0 = 0;
  #sum1 = 0;
  readonly #in0 = new Int32Array(MAX_THREADS);
  readonly #in1 = new Int32Array(MAX_THREADS);
  #old = 0;

  /** Makes the initial state and returns the object that leads to all of it. */
  protected abstract build(): object;

  /** Back to the initial state, building it where another world was built since. */
  protected rewind(): void {
    if (this.#root !== null && tracker.root === this.#root) {
      tracker.rewind();
      return;
    }
    tracker.reset();
    this.#root = this.build();
    tracker.begin(this.#root);
  }

  override reset(): void {
    this.#length = this.#whole = 0;
    this.#ahead.length = 0;
    for (const frames of this.#frames) frames.depth = 0;
    super.reset();
  }

  protected override onSwitch(index: number): void {
    const frames = (this.#frames[index] ??= new Frames());
    enterThread(index, frames);
  }

  protected override goOn(index: number): void {
    if (this.outside?.holds(index) === true) {
      const point = this.outside.goOn(index);
      if (point !== null) {
        this.threads[index].point = point;
        return;
      }
      this.#comeBack(index);
    }
    this.#dirty[index] = true;
    this.#old |= 1 << index;
    super.goOn(index);
  }

  /** A thread's generator is about to go on: what its frames are, and the generator itself where it is further than they. */
  #comeBack(index: number): void {
    const frames = this.#frames[index];
    if (this.#length > 0)
      this.#marks[this.#length - 1].frames = frames.copyTo(this.#spare.pop() ?? new Frames());
    if (!this.#ahead[index]) return;
    this.threads[index].body = resume(index, frames) as Body;
    this.#ahead[index] = false;
  }

  /** Keeps what step number `number`, of thread `index`, changes out of the tracker's sight. */
  protected save(_index: number, _number: number): void {}

  /** Undoes what was changed out of the tracker's sight since that save(). */
  protected restore(_index: number, _number: number): void {}

  /** All steps have been undone that are to be, from number `first` on. */
  protected restored(_first: number): void {}

  override step(step: Step): void {
    const index = threadOf(step);
    const thread = this.threads[index];
    const number = this.#length++;
    const mark = (this.#marks[number] ??= new Mark());
    this.#taken[number] = step;
    tracker.mark(index, mark.tracked);
    mark.frames = null;
    mark.dirty = this.#dirty[index];
    mark.point = thread.point;
    mark.steps = thread.steps;
    this.save(index, number);
    if (this.outside?.holds(index) !== true) this.#comeBack(index);
    this.take(step);
    if (this.#whole === number) this.#whole++;
  }

  /** The step itself, once everything is ready for it. */
  protected take(step: Step): void {
    super.step(step);
  }

  /** Whether the state is still the one that this world has built. */
  get stands(): boolean {
    return this.#root !== null && tracker.root === this.#root && this.threads.length > 0;
  }

  /** The frames of a thread, with their fingerprint up to date. */
  framesOf(index: number): Frames {
    const frames = this.#frames[index];
    if (!this.#dirty[index]) return frames;
    if (this.threads[index].point === null) frames.depth = 0;
    frames.rehash();
    frames.term0 = threadTerm(index, frames.lane0);
    frames.term1 = threadTerm(index, frames.lane1);
    this.#dirty[index] = false;
    return frames;
  }

  override goTo(schedule: ArrayLike<Step>, length: number): number {
    if (!this.stands) return super.goTo(schedule, length);
    const taken = this.#taken;
    const most = Math.min(length, this.#whole);
    let common = 0;
    while (common < most && taken[common] === schedule[common]) common++;
    this.#undoTo(common);
    for (let i = common; i < length; i++) this.step(schedule[i]);
    return length - common;
  }

  get undoes(): boolean {
    return true;
  }

  back(length: number): void {
    if (!this.stands) {
      super.goTo(this.#taken, length);
      return;
    }
    this.#undoTo(length);
  }

  #undoTo(length: number): void {
    if (this.#length <= length) return;
    while (this.#length > length) this.#undo(--this.#length);
    this.#whole = length;
    this.restored(length);
  }

  /** Undoes step number `number`, the last that is not undone yet. */
  #undo(number: number): void {
    const mark = this.#marks[number];
    const index = threadOf(this.#taken[number]);
    const thread = this.threads[index];
    tracker.backTo(mark.tracked);
    if (mark.frames !== null) {
      this.#spare.push(this.#frames[index]);
      this.#frames[index] = mark.frames;
      mark.frames = null;
      this.#dirty[index] = mark.dirty;
      this.#old |= 1 << index;
      this.#ahead[index] = true;
    }
    thread.point = mark.point;
    thread.steps = mark.steps;
    thread.result = undefined;
    this.restore(index, number);
  }

  /** What else tells states apart; 0 for nothing. */
  protected extraFingerprint(): number {
    return 0;
  }

  override fingerprint(lanes: Int32Array): void {
    for (let old = this.#old; old !== 0; old &= old - 1) this.#count(31 - Math.clz32(old & -old));
    this.#old = 0;
    lanes[0] = mix32((tracker.lane0 ^ this.extraFingerprint()) + this.#sum0) || 1;
    lanes[1] = mix32(tracker.lane1 + this.#sum1) || 1;
  }

  /** Thread `index` adds to the sum what it adds now. */
  #count(index: number): void {
    const { term0, term1 } = this.framesOf(index);
    this.#sum0 = (this.#sum0 + term0 - this.#in0[index]) | 0;
    this.#sum1 = (this.#sum1 + term1 - this.#in1[index]) | 0;
    this.#in0[index] = term0;
    this.#in1[index] = term1;
  }
}
