/** What is seen of a lock. */
export interface Lock {
  readonly lockClass: string;
  readonly held: boolean;
}

/** The order before a step of a thread. */
export interface SavedOrder {
  index: number;
  held: Lock[];
  edges: number;
  cycle: string | null;
  fingerprint: number;
}

/**
 * Lock order as lockdep sees it: classes, not locks, and an edge from each class held to each class taken. Two classes
 * that follow each other both ways could deadlock some day, even where these threads did not.
 *
 * The edges of one schedule are part of its state, so that a token replays the whole of what was wrong.
 */
export class LockOrder {
  readonly #held: Lock[][] = [];
  readonly #edges: string[] = [];
  cycle: string | null = null;
  fingerprint = 0;

  reset(): void {
    for (const held of this.#held) if (held) held.length = 0;
    this.#edges.length = 0;
    this.cycle = null;
    this.fingerprint = 0;
  }

  /** What a step of thread `index` may change. */
  save(index: number): SavedOrder {
    const held = this.#held[index]?.slice() ?? [];
    return { index, held, edges: this.#edges.length, cycle: this.cycle, fingerprint: this.fingerprint };
  }

  restore(saved: SavedOrder): void {
    this.#held[saved.index] = saved.held;
    this.#edges.length = saved.edges;
    this.cycle = saved.cycle;
    this.fingerprint = saved.fingerprint;
  }

  /** Whether thread `index` held a lock after its last step. */
  holds(index: number): boolean {
    return (this.#held[index]?.length ?? 0) > 0;
  }

  /** Thread `index` has taken a step, and `lock` with it. What it has let go is free right after the step. */
  stepped(index: number, lock: Lock | null): void {
    const held = (this.#held[index] ??= []);
    for (let i = held.length - 1; i >= 0; i--) if (!held[i].held) held.splice(i, 1);
    if (lock === null || !lock.held) return;
    for (const other of held) this.#edge(other.lockClass, lock.lockClass);
    held.push(lock);
  }

  #edge(from: string, to: string): void {
    const edge = `${from} > ${to}`;
    if (this.#edges.includes(edge)) return;
    this.#edges.push(edge);
    let hash = 0;
    for (let i = 0; i < edge.length; i++) hash = (Math.imul(hash, 31) + edge.charCodeAt(i)) | 0;
    this.fingerprint = (this.fingerprint + Math.imul(hash, 0x9e3779b1)) | 0;
    if (this.cycle === null && this.#leads(to, from, [])) {
      this.cycle = `${to} is taken while ${from} is held, and the other way round (${this.#edges.join(', ')})`;
    }
  }

  #leads(from: string, to: string, seen: string[]): boolean {
    if (from === to) return true;
    if (seen.includes(from)) return false;
    seen.push(from);
    return this.#edges.some((edge) => {
      const [a, b] = edge.split(' > ');
      return a === from && this.#leads(b, to, seen);
    });
  }
}
