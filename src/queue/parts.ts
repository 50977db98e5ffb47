/** Parts of an exploration as jobs of a queue. */
import type { Part, PartResult, Space } from '../explore/parts/part.ts';
import type { PartProgress, PartService } from '../explore/parts/service.ts';
import { Jobs } from './jobs.ts';

/** Who searches the parts of an exploration: the workers on the queue at an address. */
export function partsOn(address: string): (what: string) => Promise<PartService> {
  return async (what) => new QueuedParts(await Jobs.begin(address, 'explore', what));
}

class QueuedParts implements PartService {
  readonly #jobs: Jobs;
  #space: Space | null = null;

  constructor(jobs: Jobs) {
    this.#jobs = jobs;
  }

  async begin(space: Space): Promise<void> {
    this.#space = space;
  }

  async submit(part: Part): Promise<void> {
    await this.#jobs.submit(part.slice, { space: this.#space, part });
  }

  async next(ms: number): Promise<PartResult | null> {
    const done = await this.#jobs.next(ms);
    return done === null ? null : (done.value as PartResult);
  }

  async report({ states, steps, findings, parts }: PartProgress): Promise<void> {
    await this.#jobs.report({ states, steps, findings }, parts.waiting);
  }

  async end(): Promise<void> {
    await this.#jobs.end();
  }
}
