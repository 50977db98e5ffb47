import { openSync } from 'node:fs';
import { EMFILE, ENFILE } from '../../../../uapi/errno.ts';
import { Fd } from '../../fd.ts';
import { native } from '../../native.ts';

/** Clients that are let in before others have their turns. */
const MAX_ACCEPTED = 2;

/** Takes connections of clients from the listening socket, a few at a time. */
export class Newcomers {
  readonly #listener: Fd;
  readonly #admit: (fd: Fd) => void;
  readonly #turnAway: (fd: Fd) => void;
  /** Kept so that a connection can be refused when there are no descriptors left. */
  #reserve = openReserve();

  /** `admit` takes over a connection; so does `turnAway`, which has to tell the client that there are no descriptors. */
  constructor(listener: Fd, admit: (fd: Fd) => void, turnAway: (fd: Fd) => void) {
    this.#listener = listener;
    this.#admit = admit;
    this.#turnAway = turnAway;
  }

  accept(): void {
    for (let left = MAX_ACCEPTED; left > 0; left--) {
      const fd = native().accept(this.#listener.number);
      // Said also when no client waits: the kernel looks for a free number first.
      if (fd === -EMFILE || fd === -ENFILE) this.#acceptByReserve();
      else if (fd >= 0) this.#admit(new Fd(fd));
      if (fd < 0) return;
    }
  }

  close(): void {
    this.#reserve?.close();
  }

  /** Uses the descriptor in reserve for the client that waits, if one does. */
  #acceptByReserve(): void {
    this.#reserve?.close();
    const fd = native().accept(this.#listener.number);
    if (fd >= 0) this.#turnAway(new Fd(fd));
    this.#reserve = openReserve();
  }
}

function openReserve(): Fd | null {
  try {
    return new Fd(openSync('/dev/null', 'r'));
  } catch {
    return null;
  }
}
