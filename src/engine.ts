/**
 * How the JavaScript engine is set up. Imported before anything that is fast, by the program and by the benchmark.
 *
 * One VM_BIND runs through some thirty small functions. Their arguments are addresses beyond 2^31, which V8 boxes at
 * every call that it does not inline, and its budget for inlining ends long before that chain does. A larger budget
 * makes a bind about 1.5 times faster.
 */
import { setFlagsFromString } from 'node:v8';

/** Bytes of bytecode that V8 takes into the caller: of one function, and of all in one. */
function inlineUpTo(one: number, all: number): void {
  setFlagsFromString(`--max-inlined-bytecode-size=${one}`);
  setFlagsFromString(`--max-inlined-bytecode-size-cumulative=${all}`);
}

inlineUpTo(1000, 5000);

/**
 * The same for the explorer, which runs much code a few times each: to compile that costs more than it gains. So V8's own
 * budget for inlining, and more runs before it compiles; the V8 of Node 20 has a budget for that, later ones wait longer by
 * themselves. Takes two fifths of the time of all built-in scenarios.
 */
export function setUpForExploring(): void {
  inlineUpTo(460, 920);
  if (process.versions.v8.startsWith('11.')) setFlagsFromString('--interrupt-budget=500000');
}
