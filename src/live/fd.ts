import { closeSync } from 'node:fs';

/**
 * An open file descriptor that has one owner. It is closed through this object and never by its number, which belongs to
 * another file as soon as it is free: a second close() does nothing, and a number cannot be asked for after the first.
 */
export class Fd {
  #number: number;

  /** Takes over `number` (0 or more). */
  constructor(number: number) {
    this.#number = number;
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
    closeSync(number);
  }
}

/** The owner of what a system call returned; -errno stays a number. */
export function owned(ret: number): Fd | number {
  return ret < 0 ? ret : new Fd(ret);
}

export function closeAll(fds: readonly Fd[]): void {
  for (const fd of fds) fd.close();
}
