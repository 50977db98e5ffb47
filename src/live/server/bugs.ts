/** Bugs of ours that are kept for the report. */
const MAX_KEPT = 16;

/** Exceptions where none may be: each is a bug of ours, is told once, and costs one call of one client. */
export class Bugs {
  readonly kept: { what: string; error: unknown }[] = [];
  readonly #tell: (line: string) => void;

  /** `tell` gets a line for each. */
  constructor(tell: (line: string) => void) {
    this.#tell = tell;
  }

  get count(): number {
    return this.kept.length;
  }

  /** Does `work`; undefined where it threw. */
  guard<T>(what: string, work: () => T): T | undefined {
    try {
      return work();
    } catch (error) {
      if (this.kept.length < MAX_KEPT) {
        this.kept.push({ what, error });
        const text = error instanceof Error ? error.stack : String(error);
        this.#tell(`this is a bug of panthor-shim, please report it: ${what}: ${text}`);
      }
      return undefined;
    }
  }
}
