import { describe, expect, it } from 'vitest';
import { Ends, EndsOnWay } from '../../src/explore/search/ends.ts';
import { Rng } from '../../src/explore/search/rng.ts';

/** By node: where its steps lead. */
type Program = number[][];

function randomProgram(rng: Rng, nodes: number): Program {
  const program = Array.from({ length: nodes }, () =>
    Array.from({ length: rng.below(4) }, () => rng.below(nodes)),
  );
  // Few ends, or nearly every node leads to one.
  return program.map((steps) => (steps.length === 0 && rng.below(4) > 0 ? [rng.below(nodes)] : steps));
}

/** Whether every node that node 0 leads to leads to one without steps, found out by force. */
function allLeadToEnds(program: Program): boolean {
  const behind = (start: number): Set<number> => {
    const seen = new Set([start]);
    for (const node of seen) for (const to of program[node]) seen.add(to);
    return seen;
  };
  return [...behind(0)].every((node) => [...behind(node)].some((one) => program[one].length === 0));
}

class Walker {
  readonly ends: Ends;
  readonly way: EndsOnWay;
  /** States on the way, and their steps that were not taken yet. */
  readonly stack: { number: number; left: number[] }[] = [];

  constructor(ends: Ends) {
    this.ends = ends;
    this.way = new EndsOnWay(ends);
  }
}

/** Two depth-first searches that take turns at random, over one set of states; one that has nothing to do is given a step of the other. */
function searchByTwo(program: Program, rng: Rng): { all: boolean; shared: number } {
  const memory = Ends.allocate(program.length);
  const walkers = [new Walker(Ends.share(memory)), new Walker(Ends.share(memory))];
  const numbers = new Map<number, number>();
  let shared = 0;
  const reach = ({ way, stack }: Walker, node: number): void => {
    const seen = numbers.get(node);
    const number = seen ?? numbers.size;
    numbers.set(node, number);
    if (seen !== undefined) way.ledTo(seen);
    else if (program[node].length === 0) way.end(number);
    else {
      way.enter(number);
      stack.push({ number, left: [...program[node]] });
    }
  };
  walkers[0].way.begin(-1);
  reach(walkers[0], 0);
  while (walkers.some(({ stack }) => stack.length > 0)) {
    const turn = rng.below(2);
    const walker = walkers[turn];
    const last = walker.stack.at(-1);
    if (last === undefined) {
      const from = walkers[1 - turn].stack.find(({ left }) => left.length > 0);
      if (from === undefined) continue;
      shared++;
      walker.way.begin(from.number);
      reach(walker, from.left.shift() as number);
    } else if (last.left.length > 0) reach(walker, last.left.shift() as number);
    else {
      walker.stack.pop();
      walker.way.leave();
    }
  }
  walkers[0].ends.addAll(walkers[1].ends.toData());
  return { all: walkers[0].ends.all(numbers.size), shared };
}

describe('whether every state leads to an end', () => {
  it('is what a search by force says, of random programs with circles that two threads search together', () => {
    const rng = new Rng(1);
    const counts = { all: 0, none: 0, shared: 0 };
    for (let i = 0; i < 3000; i++) {
      const program = randomProgram(rng, 2 + rng.below(12));
      const { all, shared } = searchByTwo(program, rng);
      expect({ program, all }).toEqual({ program, all: allLeadToEnds(program) });
      counts[all ? 'all' : 'none']++;
      counts.shared += shared;
    }
    expect(Math.min(counts.all, counts.none, counts.shared)).toBeGreaterThan(500);
  });
});
