import { RenewedMap } from '../driver/base/renewed-map.ts';
import { Fd } from './fd.ts';
import { EPOLL_CTL_ADD, EPOLL_CTL_DEL, EPOLL_CTL_MOD, native } from './native.ts';

/** Events that one wait takes; native-stubs/server/poll.c takes no more. */
const MAX_EVENTS = 64;

/** What is called with the events (EPOLLIN and its kin) of a descriptor. */
export type Ready = (events: number) => void;

/** One descriptor's place in a Poller. */
export interface Watch {
  /** Asks for other events from now on. */
  change(events: number): void;
  /** Ends it; call this before the descriptor is closed. What is reported already is dropped. */
  end(): void;
}

/**
 * epoll(7). Each watch has a number of its own that is never used again, and events go by that, so that none of a closed
 * descriptor reaches the next file that gets its number.
 */
export class Poller {
  readonly #fd: Fd;
  readonly #ready = new RenewedMap<number, Ready>();
  /** Not the array of a wait whose events are being reported: what is called may wait again. */
  readonly #spare: Float64Array[] = [];
  #nextTag = 1;

  /** @throws Error when there is no descriptor for it */
  constructor() {
    const fd = native().pollCreate();
    if (fd < 0) throw new Error(`epoll_create1: errno ${-fd}`);
    this.#fd = new Fd(fd);
  }

  /** Reports `events` of `fd` to `ready` (its end and its errors always). @returns -errno when the kernel refuses */
  add(fd: Fd, events: number, ready: Ready): Watch | number {
    const tag = this.#nextTag++;
    const ret = native().pollSet(this.#fd.number, EPOLL_CTL_ADD, fd.number, events, tag);
    if (ret < 0) return ret;
    this.#ready.set(tag, ready);
    return {
      change: (wanted) => {
        if (this.#ready.has(tag)) native().pollSet(this.#fd.number, EPOLL_CTL_MOD, fd.number, wanted, tag);
      },
      end: () => {
        // Not left to close(2): a copy of the descriptor that is on its way to a client keeps the registration.
        if (this.#ready.delete(tag)) native().pollSet(this.#fd.number, EPOLL_CTL_DEL, fd.number, 0, tag);
      },
    };
  }

  /**
   * Waits at most `timeoutNs` (below 0: no limit) and reports what has happened.
   *
   * @returns whether there may be more
   */
  wait(timeoutNs: number): boolean {
    const events = this.#spare.pop() ?? new Float64Array(2 * MAX_EVENTS);
    const count = native().pollWait(this.#fd.number, events, timeoutNs);
    for (let i = 0; i < count; i++) this.#ready.get(events[2 * i])?.(events[2 * i + 1]);
    this.#spare.push(events);
    return count === MAX_EVENTS;
  }

  close(): void {
    this.#fd.close();
  }
}
