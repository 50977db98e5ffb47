/**
 * By how much an account that was idle is ahead of the others at most, ns: who has used little has its whole call made before
 * those that take all they can get, and not in equal parts with them. The kernel gives threads that slept the same.
 */
const CREDIT_NS = 4e6;

/** What one process (or the work that calls have left) has used of the server's thread. */
export class Account<T> {
  /** Time used, ns, on a scale that all accounts share: one that was idle begins a little before the others. */
  usedNs = 0;
  /** It has had a turn: a process that is new has no credit, as another could make them without end. */
  known = false;
  /** What waits for its turn, first come first; an array, as sets that change with each call make garbage with each call. */
  readonly waiting: T[] = [];
}

/** Takes one item out of a list, if it is there. */
function take<T>(list: T[], item: T): void {
  const at = list.indexOf(item);
  if (at >= 0) list.splice(at, 1);
}

/**
 * Whose turn it is: that of the account that has used least (CFS, the kernel's completely fair scheduler). Who asks for little is
 * served at once, beside others who take all they can get; accounts that ask for more get equal shares.
 */
export class FairOrder<T> {
  /** Accounts with something that waits, or that is under way. */
  readonly #active: Account<T>[] = [];
  readonly #running: Account<T>[] = [];
  /** Where an account begins that is new, ns (min_vruntime). */
  #floorNs = 0;

  /** Whether something waits. */
  get waits(): boolean {
    for (const { waiting } of this.#active) if (waiting.length > 0) return true;
    return false;
  }

  /** How much waits, of all accounts together. */
  get count(): number {
    let count = 0;
    for (const { waiting } of this.#active) count += waiting.length;
    return count;
  }

  /** `what` waits for a turn on behalf of `account`. */
  add(account: Account<T>, what: T): void {
    if (!account.waiting.includes(what)) account.waiting.push(what);
    this.#activate(account);
  }

  /** It waits no more. */
  remove(account: Account<T>, what: T): void {
    take(account.waiting, what);
    this.#deactivate(account);
  }

  /**
   * Takes what has its turn next; undefined where nothing waits. Of accounts that are even, the one that came last is served first.
   *
   * @param atMost accounts that have used more, ns, are passed over
   */
  next(atMost = Number.POSITIVE_INFINITY): T | undefined {
    let best: Account<T> | undefined;
    let least = Number.POSITIVE_INFINITY;
    for (const account of this.#active) {
      const { usedNs } = account;
      if (usedNs < least) least = usedNs;
      if (account.waiting.length > 0 && (best === undefined || usedNs <= best.usedNs)) best = account;
    }
    if (least > this.#floorNs && least !== Number.POSITIVE_INFINITY) this.#floorNs = least;
    if (best === undefined || best.usedNs > atMost) return undefined;
    return best.waiting.shift();
  }

  /** `account` has a turn from now on, until end(): within another's, where that is paused. */
  begin(account: Account<T>): void {
    this.#activate(account);
    this.#running.push(account);
  }

  /** The turn that is under way has used `ns` more. */
  charge(ns: number): void {
    const account = this.#running.at(-1);
    if (account !== undefined) account.usedNs += ns;
  }

  /** The turn that began last is over. */
  end(): void {
    const account = this.#running.pop();
    if (account !== undefined) this.#deactivate(account);
  }

  /** What the account whose turn is under way has used, ns; Infinity where there is none. */
  get usedNs(): number {
    return this.#running.at(-1)?.usedNs ?? Number.POSITIVE_INFINITY;
  }

  #activate(account: Account<T>): void {
    if (this.#active.includes(account)) return;
    const least = account.known ? this.#floorNs - CREDIT_NS : this.#floorNs;
    if (account.usedNs < least) account.usedNs = least;
    account.known = true;
    this.#active.push(account);
  }

  #deactivate(account: Account<T>): void {
    if (account.waiting.length > 0 || this.#running.includes(account)) return;
    take(this.#active, account);
    // The last one takes the floor along.
    if (this.#active.length === 0 && account.usedNs > this.#floorNs) this.#floorNs = account.usedNs;
  }
}
