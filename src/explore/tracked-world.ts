import { ThreadWorld } from './search/threads.ts';
import { enterThread, Frames } from './state/frames.ts';
import { mix32 } from './state/hash.ts';
import { tracker } from './state/objects.ts';

/**
 * A world whose code tracks its own state (build/instrument.mjs): what the tracker knows of its objects, and
 * the frames of its threads, are its fingerprint. There is one tracking in a process; of several worlds that take turns
 * each is built anew when its turn comes.
 */
export abstract class TrackedWorld extends ThreadWorld {
  readonly #frames: Frames[] = [];
  readonly #dirty: boolean[] = [];
  #root: object | null = null;

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
    for (const frames of this.#frames) frames.depth = 0;
    super.reset();
  }

  protected override onSwitch(index: number): void {
    const frames = (this.#frames[index] ??= new Frames());
    enterThread(index, frames);
    this.#dirty[index] = true;
  }

  /** What else tells states apart; 0 for nothing. */
  protected extraFingerprint(): number {
    return 0;
  }

  override fingerprint(lanes: Int32Array): void {
    let a = mix32(tracker.lane0 ^ this.extraFingerprint());
    let b = tracker.lane1;
    for (let i = 0; i < this.threads.length; i++) {
      const frames = this.#frames[i];
      if (this.#dirty[i]) {
        if (this.threads[i].point === null) frames.depth = 0;
        frames.rehash();
        this.#dirty[i] = false;
      }
      a = mix32(Math.imul(a, 31) ^ frames.lane0);
      b = mix32(Math.imul(b, 37) ^ frames.lane1 ^ a);
    }
    lanes[0] = a || 1;
    lanes[1] = b || 1;
  }
}
