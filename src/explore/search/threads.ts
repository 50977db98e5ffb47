import {
  type Body,
  Choice,
  MAX_THREADS,
  optionOf,
  type Step,
  stepOf,
  type Thread,
  threadOf,
  Violation,
  type World,
} from './world.ts';

export interface ThreadSpec {
  name: string;
  body: Body;
  daemon?: boolean;
}

class RunningThread implements Thread {
  readonly name: string;
  readonly daemon: boolean;
  body: Body;
  point: Thread['point'] = null;
  /** Steps taken. */
  steps = 0;
  result: unknown = undefined;

  constructor(spec: ThreadSpec) {
    this.name = spec.name;
    this.daemon = spec.daemon === true;
    this.body = spec.body;
  }

  resume(): void {
    const next = this.body.next();
    if (next.done) {
      this.point = null;
      this.result = next.value;
    } else {
      this.point = next.value;
    }
  }
}

/**
 * What all worlds share: threads that are generators, stepped one at a time. A subclass makes the state and the
 * generators, hashes and checks.
 */
export abstract class ThreadWorld implements World {
  threads: RunningThread[] = [];
  /** The thread whose step is being taken, or -1. */
  current = -1;

  /** Brings the state back to the initial one and returns the threads, not yet started. */
  protected abstract start(): ThreadSpec[];
  abstract check(report: (violation: Violation) => void): void;
  abstract fingerprint(lanes: Int32Array): void;

  reset(): void {
    this.current = -1;
    const specs = this.start();
    if (specs.length > MAX_THREADS) throw new RangeError(`${specs.length} threads, at most ${MAX_THREADS}`);
    this.threads = specs.map((spec) => new RunningThread(spec));
    for (let i = 0; i < this.threads.length; i++) {
      this.current = i;
      this.onSwitch(i);
      this.threads[i].resume();
    }
    this.current = -1;
  }

  enabled(into: Uint8Array): number {
    let n = 0;
    for (let i = 0; i < this.threads.length; i++) {
      const point = this.threads[i].point;
      if (point === null) continue;
      if (typeof point === 'string') into[n++] = i;
      else if (point instanceof Choice) for (let o = 0; o < point.options; o++) into[n++] = stepOf(i, o);
      else if (point.ready()) into[n++] = i;
    }
    return n;
  }

  step(step: Step): void {
    const thread = this.threads[(this.current = threadOf(step))];
    this.onSwitch(this.current);
    if (thread.point instanceof Choice) thread.point.choose(optionOf(step));
    thread.steps++;
    thread.resume();
    this.current = -1;
  }

  goTo(schedule: ArrayLike<Step>, length: number): number {
    this.reset();
    for (let i = 0; i < length; i++) this.step(schedule[i]);
    return length;
  }

  hasEnded(index: number): boolean {
    return this.threads[index].point === null;
  }

  visited(): void {}

  get endsMatter(): boolean {
    return true;
  }

  describeNoEnd(): string {
    const busy = this.threads.filter((thread) => thread.point !== null && !thread.daemon);
    const names = busy.map((thread) => thread.name).join(', ');
    return names === ''
      ? 'livelock: all threads have ended, and what serves them never rests'
      : `livelock: from here on ${names} can never end`;
  }

  memoized?(): World;

  /** Thread `index` is about to go on. */
  protected onSwitch(_index: number): void {}

  describe(step: Step): string {
    const point = this.threads[threadOf(step)].point;
    if (point === null) return 'has ended';
    if (typeof point === 'string') return point;
    if (point instanceof Choice) return `${point.label}: ${optionOf(step)}`;
    return point.label;
  }

  checkEnd(report: (violation: Violation) => void): void {
    const waiting = this.threads.filter((thread) => thread.point !== null && !thread.daemon);
    if (waiting.length === 0) return;
    const list = waiting.map((thread) => {
      const point = thread.point!;
      return `${thread.name} waits for ${typeof point === 'string' ? point : point.label}`;
    });
    report(new Violation('deadlock', list.join(', ')));
  }
}
