/**
 * Small programs that track their state as the driver does: instrumented by the build's own code, run by the
 * explorer's own search, with hashing and without. Both can be had with a change in them, to see what that change hides.
 */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type * as Searches from '../../../src/explore/search/depth-first.ts';
import type * as Contexts from '../../../src/explore/search/search.ts';
import type { ThreadSpec } from '../../../src/explore/search/threads.ts';
import type * as Worlds from '../../../src/explore/search/world.ts';
import type * as Tracked from '../../../src/explore/tracked-world.ts';

const top = resolve(import.meta.dirname, '../../..');

/** What a toy exports: a class State, threads over it, and what is wrong with it at present. */
interface Toy {
  State: new () => object;
  threads(state: object): Worlds.Body[];
  broken(state: object): string | null;
}

/** A change to the explorer: a file of the build (build/…) or of its run time (state/…, JavaScript), one text for another. */
export interface Hole {
  file: string;
  from: string;
  to: string;
  /** The build refuses the source then. */
  refused?: string;
}

/** "holds" or "violated", by a search that tells states apart by fingerprints and by one that does not. */
export async function verdicts(source: string, hole?: Hole): Promise<{ hashed: string; unhashed: string }> {
  mkdirSync(join(top, '.cache'), { recursive: true });
  const root = mkdtempSync(join(top, '.cache', 'toy-'));
  try {
    cpSync(join(top, 'build'), join(root, 'build'), { recursive: true });
    const parts = [
      'coroutine',
      'explore/search',
      'explore/state',
      'explore/tracked-world.js',
      'explore/tracked-world.js.map',
    ];
    for (const part of parts) {
      cpSync(join(top, 'dist/interleaved/src', part), join(root, 'run/src', part), { recursive: true });
    }
    if (hole !== undefined) {
      const path = hole.file.startsWith('build/')
        ? join(root, hole.file)
        : join(root, 'run/src/explore', hole.file);
      const parts = readFileSync(path, 'utf8').split(hole.from);
      if (parts.length !== 2)
        throw new Error(`${hole.file} has ${parts.length - 1} places that read '${hole.from}'`);
      writeFileSync(path, parts.join(hole.to));
    }
    const load = <T>(file: string): Promise<T> => import(pathToFileURL(join(root, file)).href) as Promise<T>;
    const { instrument } = await load<{ instrument: (...args: string[]) => string }>('build/instrument.mjs');
    const trackingFrom = './src/explore/state/tracking.js';
    writeFileSync(join(root, 'run/toy.js'), instrument(source, 'toy.js', trackingFrom));
    const toy = await load<Toy>('run/toy.js');
    const { TrackedWorld } = await load<typeof Tracked>('run/src/explore/tracked-world.js');
    const { DepthFirst } = await load<typeof Searches>('run/src/explore/search/depth-first.js');
    const { Context } = await load<typeof Contexts>('run/src/explore/search/search.js');
    const { Violation } = await load<typeof Worlds>('run/src/explore/search/world.js');

    class ToyWorld extends TrackedWorld {
      state: object = {};
      protected override build(): object {
        return (this.state = new toy.State());
      }
      protected override start(): ThreadSpec[] {
        this.rewind();
        return toy.threads(this.state).map((body, i) => ({ name: `t${i}`, body }));
      }
      override check(): void {}
      override checkEnd(report: (violation: Worlds.Violation) => void): void {
        const wrong = toy.broken(this.state);
        if (wrong !== null) report(new Violation('toy', wrong));
      }
    }

    const verdict = (hashing: boolean): string => {
      const context = new Context(new ToyWorld(), { states: 100_000, seconds: 30, memory: 2 ** 33 });
      const outcome = new DepthFirst({ hashing }).search(context);
      return outcome === 'exhausted' ? 'holds' : outcome === 'found' ? 'violated' : outcome;
    };
    return { hashed: verdict(true), unhashed: verdict(false) };
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}
