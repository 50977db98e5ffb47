import type { EventFd } from '../../driver/ioctl/fd-table.ts';
import type { Fd } from '../fd.ts';
import { native } from '../native.ts';
import type { Shares } from './shares.ts';
import type { Signals } from './turns/signals.ts';

/** An eventfd of a client's: it counts as one of the descriptors of its process while the driver keeps it. */
export class ClientEventFd implements EventFd {
  readonly kind = 'eventfd';
  readonly #fd: Fd;
  readonly #pid: number;
  readonly #shares: Shares;
  readonly #signals: Signals;
  readonly #taken: () => void;
  /** A signal that is to be delivered keeps the descriptor open. */
  #signalled = false;
  #put = false;

  /** `taken` is called when `fd` is no longer the caller's to close. */
  constructor(fd: Fd, pid: number, shares: Shares, signals: Signals, taken: () => void) {
    this.#fd = fd;
    this.#pid = pid;
    this.#shares = shares;
    this.#signals = signals;
    this.#taken = taken;
  }

  get(): boolean {
    if (!this.#shares.take(this.#pid, 1)) return false;
    this.#taken();
    return true;
  }

  put(): void {
    this.#put = true;
    if (!this.#signalled) this.#close();
  }

  signal(): void {
    if (this.#signalled) return;
    this.#signalled = true;
    this.#signals.add(() => {
      native().eventfdSignal(this.#fd.number);
      this.#signalled = false;
      if (this.#put) this.#close();
    });
  }

  #close(): void {
    this.#fd.close();
    this.#shares.giveBack(this.#pid, 1);
  }
}
