/** Two files with outcomes of the same operations, side by side: every operation that ends otherwise. */
import { differentFields, readStreams } from '../conform/stream.ts';
import type { Difference, Kind } from './difference.ts';

/** Fields of an outcome, and what a difference in one is about; all others are state. */
const KIND_OF: Readonly<Record<string, Kind>> = {
  r: 'results',
  fence: 'results',
  raw: 'results',
  thread: 'results',
  crash: 'results',
  t: 'commands',
  np: 'commands',
  w: 'warnings',
};

/** What differs of itself once something else has. */
const FOLLOWS: ReadonlySet<Kind> = new Set<Kind>(['commands', 'state']);

/** Characters of a value that are shown. */
const WIDTH = 60;

/** A list's first entry that differs, or the value, in a few words. */
export function entry(mine: unknown, other: unknown): string {
  let shown = mine;
  if (Array.isArray(mine) && Array.isArray(other)) {
    const at = mine.findIndex((one, i) => JSON.stringify(one) !== JSON.stringify(other[i]));
    shown = at < 0 ? undefined : mine[at];
    if (at < 0) return 'nothing more';
  }
  if (shown === undefined || shown === null) return 'nothing';
  const text = typeof shown === 'string' ? shown : JSON.stringify(shown);
  return text.length > WIDTH ? `${text.slice(0, WIDTH - 1)}…` : text;
}

/** What was compared, and what differs. */
export interface Outcomes {
  streams: number;
  operations: number;
  differences: Difference[];
}

/**
 * Compares two vector files stream by stream; both have the same operations in the same order. `show` gives the command for
 * a stream. Throws StreamFileError for what cannot be read.
 */
export async function compareOutcomes(
  base: string,
  tree: string,
  show: (stream: string) => string,
): Promise<Outcomes> {
  const out: Outcomes = { streams: 0, operations: 0, differences: [] };
  const others = readStreams(tree);
  for await (const stream of readStreams(base)) {
    const other = (await others.next()).value;
    if (other?.name !== stream.name)
      throw new Error(`${tree}: stream ${other?.name}, expected ${stream.name}`);
    out.streams++;
    out.operations += stream.ops.length;
    let differs = false;
    stream.ops.forEach(({ in: op, out: expected }, i) => {
      const kinds = new Set<Kind>();
      const isLater = differs;
      for (const { field, ...values } of differentFields(op, expected, other.ops[i].out)) {
        const kind = KIND_OF[field] ?? 'state';
        differs = true;
        // What else of that kind the operation does otherwise, its command shows.
        if (kinds.has(kind)) continue;
        kinds.add(kind);
        // Where an operation before has left another state, the same calls lead to other registers and other states.
        const follows = isLater && FOLLOWS.has(kind);
        out.differences.push({
          kind,
          what: `${stream.name}, operation ${i} (${op.op}), field ${field}${follows ? ', after one that differs' : ''}`,
          alike: follows ? 'after one that differs' : `${op.op} ${field}`,
          base: entry(values.expected, values.actual),
          tree: entry(values.actual, values.expected),
          command: show(stream.name),
        });
      }
    });
  }
  return out;
}
