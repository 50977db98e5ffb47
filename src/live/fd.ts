import { closeSync } from 'node:fs';
import { native } from './native.ts';

/**
 * An open file descriptor that has one owner. It is closed through this object and never by its number, which belongs to
 * another file as soon as it is free: a second close() does nothing, and a number cannot be asked for after the first.
 */
export class Fd {
  #number: number;
  /** A client's file of which it is not known whether it answers: only its own descriptor is safe to handle. */
  readonly foreign: boolean;

  /** Takes over `number`; below 0 it is the complement of a foreign one (native().receive()). */
  constructor(number: number) {
    this.foreign = number < 0;
    this.#number = this.foreign ? ~number : number;
  }

  get closed(): boolean {
    return this.#number < 0;
  }

  /**
   * The number, for one system call.
   *
   * @throws Error after close(): the number would be another file's
   */
  get number(): number {
    if (this.#number < 0) throw new Error('use of a closed descriptor');
    return this.#number;
  }

  close(): void {
    const number = this.#number;
    if (number < 0) return;
    this.#number = -1;
    if (this.foreign) native().closeElsewhere(number, 0);
    else closeSync(number);
  }

  /** Closes a large memfd, whose pages another thread gives back. */
  closeMemory(): void {
    const number = this.#number;
    if (number >= 0 && native().closeElsewhere(number, 1) < 0) closeSync(number);
    this.#number = -1;
  }
}

/** The owner of what a system call returned; -errno stays a number. */
export function owned(ret: number): Fd | number {
  return ret < 0 ? ret : new Fd(ret);
}

export function closeAll(fds: readonly Fd[]): void {
  for (const fd of fds) fd.close();
}
