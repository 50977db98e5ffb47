import { Mutex, type Waitable } from '../../src/coroutine/op.ts';
import { Program } from '../../src/explore/search/program.ts';
import { Choice, Violation, type WorldPoint } from '../../src/explore/search/world.ts';

/** What a thread here runs: it returns nothing. */
export type Body = Generator<WorldPoint, void, void>;

/** n threads, k steps each, nothing shared: (k+1)^n states, (nk)!/(k!)^n interleavings, C(n+k, k) states up to symmetry. */
export function independent(n: number, k: number, symmetry = false) {
  return new Program(
    {
      state: () => null,
      threads: () =>
        Array.from({ length: n }, (_, i) => ({
          name: `t${i}`,
          body: (function* (): Body {
            for (let j = 0; j < k; j++) yield `step ${j}`;
          })(),
        })),
      interchangeable: [Array.from({ length: n }, (_, i) => i)],
    },
    { symmetry },
  );
}

/** n philosophers with n forks; `polite`: the last one takes the forks the other way round. */
export function philosophers(n: number, polite: boolean) {
  return new Program({
    state: () => ({ forks: Array.from({ length: n }, (_, i) => new Mutex('fork', `fork ${i}`)) }),
    threads: ({ forks }) =>
      forks.map((_, i) => ({
        name: `philosopher ${i}`,
        body: (function* (): Body {
          const sides = polite && i === n - 1 ? [(i + 1) % n, i] : [i, (i + 1) % n];
          for (const side of sides) yield* forks[side].lock();
          yield 'eat';
          for (const side of sides) forks[side].unlock();
        })(),
      })),
    shared: ({ forks }) => forks.map((fork) => fork.held),
  });
}

/** Peterson's lock for two threads, once each; `broken`: without the turn. */
export function peterson(broken: boolean) {
  return new Program({
    state: () => ({ flag: [false, false], turn: 0, inside: 0 }),
    threads: (s) =>
      [0, 1].map((me) => ({
        name: `t${me}`,
        body: (function* (): Body {
          const other = 1 - me;
          const free: Waitable = {
            label: 'its turn',
            ready: () => !s.flag[other] || (!broken && s.turn === me),
          };
          yield 'raise flag';
          if (!broken) s.flag[me] = true;
          yield 'give way';
          if (!broken) s.turn = other;
          yield free;
          yield 'enter';
          if (broken) s.flag[me] = true;
          s.inside++;
          yield 'leave';
          s.inside--;
          s.flag[me] = false;
        })(),
      })),
    check: (s, report) => {
      if (s.inside > 1) report(new Violation('mutual-exclusion', 'both are inside'));
    },
  });
}

/** n threads add 1 to a counter, reading and writing in two steps: the lost update needs at least 3 steps to show. */
export function lostUpdate(n: number, locked: boolean) {
  return new Program({
    state: () => ({ value: 0, done: 0, seen: new Array<number>(n).fill(-1), lock: new Mutex('lock') }),
    threads: (s) =>
      Array.from({ length: n }, (_, i) => ({
        name: `t${i}`,
        body: (function* (): Body {
          if (locked) yield* s.lock.lock();
          yield 'read';
          s.seen[i] = s.value;
          yield 'write';
          s.value = s.seen[i] + 1;
          s.done++;
          if (locked) s.lock.unlock();
        })(),
      })),
    shared: (s) => [s.value, s.done, s.lock.held],
    local: (s, i) => [s.seen[i], 0],
    check: (s, report) => {
      if (s.value !== s.done) report(new Violation('lost-update', `${s.done} additions made ${s.value}`));
    },
  });
}

/** One thread that stands `depth` times at a choice of `ways`; the state tells all its histories apart. */
export function choices(depth: number, ways: number, wrong?: number[]) {
  return new Program({
    state: () => ({ taken: [] as number[] }),
    threads: (s) => [
      {
        name: 'machine',
        body: (function* (): Body {
          for (let i = 0; i < depth; i++) {
            const choice = new Choice(`choice ${i}`, ways);
            yield choice;
            s.taken.push(choice.chosen);
          }
        })(),
      },
    ],
    check: (s, report) => {
      if (wrong && wrong.join() === s.taken.join()) report(new Violation('wrong', s.taken.join()));
    },
  });
}

/** A needle: thread 0 writes 1 to k, thread 1 must see each value in between, or it gives up. */
export function needle(k: number) {
  return new Program({
    state: () => ({ value: 0, seen: 0 }),
    threads: (s) => [
      {
        name: 'writer',
        body: (function* (): Body {
          for (let i = 1; i <= k; i++) {
            yield `write ${i}`;
            s.value = i;
          }
        })(),
      },
      {
        name: 'reader',
        body: (function* (): Body {
          for (let i = 1; i <= k; i++) {
            yield `expect ${i}`;
            if (s.value !== i) return;
            s.seen++;
          }
        })(),
      },
    ],
    check: (s, report) => {
      if (s.seen === k) report(new Violation('needle', `all ${k} values were seen`));
    },
  });
}
