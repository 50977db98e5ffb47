/** Programs whose traces others have counted: Abdulla et al. (POPL 2014, JACM 2017), Flanagan and Godefroid (POPL 2005). */
import type { ThreadBody } from './shared-program.ts';

const times = <T>(n: number, make: (i: number) => T): T[] => Array.from({ length: n }, (_, i) => make(i));

/** One writer and n readers of one variable: 2^n traces. */
export const readers = (n: number): ThreadBody[] => [
  function* (shared) {
    yield 'write';
    shared.write('x', 1);
  },
  ...times(
    n,
    (): ThreadBody =>
      function* (shared) {
        yield 'read';
        shared.read('x');
      },
  ),
];

/** n threads each write one after the other into a cell what they read in the one before; one looks for the last 0. (n + 3) 2^(n - 2) traces. */
export const lastZero = (n: number): ThreadBody[] => [
  function* (shared) {
    for (let i = n; ; i--) {
      yield `look at ${i}`;
      if (shared.read(`a${i}`) === 0) return;
    }
  },
  ...times(
    n,
    (i): ThreadBody =>
      function* (shared) {
        yield `read ${i}`;
        const value = shared.read(`a${i}`);
        yield `write ${i + 1}`;
        shared.write(`a${i + 1}`, value + 1);
      },
  ),
];

/** n threads put four messages each into a hash table of 128: they meet from the 12th thread on, 8^(n - 11) traces. */
export const indexer = (n: number): ThreadBody[] =>
  times(
    n,
    (thread): ThreadBody =>
      function* (shared) {
        for (let m = 0; m < 4; m++) {
          const word = (m + 1) * 11 + thread + 1 + (m + 1) * 0;
          let at = (word * 7) % 128;
          for (;;) {
            yield `compare and swap ${at}`;
            if (shared.read(`table${at}`) === 0) {
              shared.write(`table${at}`, word);
              break;
            }
            at = (at + 1) % 128;
          }
        }
      },
  );

const INODES = 32;
const BLOCKS = 26;

/** n threads take an inode each under its lock, and a free block for it under that one's: 2^(2 (n - 13) - 1) traces from 14 on. */
export const fileSystem = (n: number): ThreadBody[] =>
  times(
    n,
    (thread): ThreadBody =>
      function* (shared) {
        const inode = thread % INODES;
        yield shared.lock(`locki${inode}`);
        shared.write(`locki${inode}`, 1);
        yield 'inode';
        if (shared.read(`inode${inode}`) === 0) {
          let block = (inode * 2) % BLOCKS;
          for (;;) {
            yield shared.lock(`lockb${block}`);
            shared.write(`lockb${block}`, 1);
            yield 'busy';
            if (shared.read(`busy${block}`) === 0) {
              yield 'take';
              shared.write(`busy${block}`, 1);
              yield 'assign';
              shared.write(`inode${inode}`, block + 1);
              yield 'unlock block';
              shared.write(`lockb${block}`, 0);
              break;
            }
            yield 'unlock block';
            shared.write(`lockb${block}`, 0);
            block = (block + 1) % BLOCKS;
          }
        }
        yield 'unlock inode';
        shared.write(`locki${inode}`, 0);
      },
  );

/** n threads take one lock once each: n! traces. */
export const oneLock = (n: number): ThreadBody[] =>
  times(
    n,
    (): ThreadBody =>
      function* (shared) {
        yield shared.lock('l');
        shared.write('l', 1);
        yield 'inside';
        shared.write('x', shared.read('x') + 1);
        yield 'unlock';
        shared.write('l', 0);
      },
  );

/** n philosophers, each with a fork on both sides, left one first: 2^n - 2 orders of the forks that end, and one that does not. */
export const philosophers = (n: number): ThreadBody[] =>
  times(
    n,
    (i): ThreadBody =>
      function* (shared) {
        for (const fork of [i, (i + 1) % n]) {
          yield shared.lock(`fork${fork}`);
          shared.write(`fork${fork}`, 1);
        }
        for (const fork of [i, (i + 1) % n]) {
          yield 'put down';
          shared.write(`fork${fork}`, 0);
        }
      },
  );
