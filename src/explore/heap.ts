/**
 * The state of the driver and the machine as the explorer sees it: a fingerprint that every write keeps up to date, and
 * a list of what to undo to be back at the initial state. Only code that build/instrument.mjs went over takes part; its
 * writes call the functions below.
 *
 * An object takes part from the moment at which something that takes part refers to it. Its name is the thread that
 * made it known and a running number of that thread's, so it does not depend on what other threads did in between. The
 * fingerprint is the sum over all (object, field, value) of a hash of the three (Zobrist hashing): a write takes one
 * term out and puts another in.
 */
import { mix32 } from './hash.ts';

type Restore = (target: object, value: unknown) => void;
// biome-ignore lint/suspicious/noExplicitAny: whatever the driver keeps
type Any = any;

/** Bits of an object's name that count within one thread. */
const COUNTER_BITS = 24;
const SETUP = 0;

const float = new Float64Array(1);
const halves = new Int32Array(float.buffer);
const texts = new Map<string, number>();
/** Names of objects that cannot carry one (frozen ones): they never change. */
const frozen = new Map<object, number>();

/** Who makes objects known at present: 0 while the initial state is set up, thread number + 1 afterwards. */
let owner = SETUP;
const counters = new Int32Array(64);
let lane0 = 0;
let lane1 = 0;
/** Field keys that are left out of the fingerprint. */
const silent = new Set<number>();

/** What to undo, oldest first. Only objects of the initial state are in it: the others are gone after a reset. */
const undoTarget: object[] = [];
const undoRestore: Restore[] = [];
const undoValue: unknown[] = [];
let recording = false;
const saved = { counters: new Int32Array(64), lane0: 0, lane1: 0, known: 0 };
/** Every object that is known, when somebody wants to audit; frozen and module-level ones once. */
let known: object[] | null = null;
/** Module-level objects and all that they led to when they became known; they outlive each world. */
const shared: object[] = [];
let naming: object[] | null = null;

function hashText(text: string): number {
  let h = texts.get(text);
  if (h === undefined) {
    h = 0x811c9dc5 | 0;
    for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
    texts.set(text, (h = mix32(h)));
  }
  return h;
}

/** The key of a property name. Names are hashed, so modules need not agree on numbers. */
export function $key(name: string): number {
  return hashText(name) | 1;
}

/** Leaves fields out of the fingerprint: counters that nothing but reports read. */
export function ignoreFields(names: readonly string[]): void {
  for (const name of names) silent.add($key(name));
}

/** 32 bits for any value; objects become known. */
export function hashValue(value: unknown): number {
  switch (typeof value) {
    case 'number':
      if ((value | 0) === value) return Math.imul(value, 0x9e3779b1) ^ 0x1234567;
      float[0] = value;
      return mix32(halves[0]) ^ Math.imul(halves[1], 0x85ebca6b);
    case 'string':
      return hashText(value);
    case 'boolean':
      return value ? 0x3c6ef372 : 0x1b873593;
    case 'undefined':
      return 0x5bd1e995;
    case 'bigint':
    case 'symbol':
      return hashText(String(value));
    default:
      return value === null ? 0x2545f491 : Math.imul(nameOf(value as object), 0xc2b2ae35) ^ 0x51ed270b;
  }
}

/** Adds (or, with sign -1, takes out) the term of one field. */
function term(id: number, key: number, value: unknown, sign: 1 | -1): void {
  // A field that was never written and one that holds undefined are the same.
  if (value === undefined) return;
  const v = hashValue(value);
  const h = mix32(Math.imul(id, 0x9e3779b1) ^ Math.imul(key, 0x85ebca6b) ^ v);
  lane0 = (lane0 + sign * h) | 0;
  lane1 = (lane1 + sign * mix32(h ^ Math.imul(v, 0x27d4eb2f) ^ id)) | 0;
}

function nameOf(target: object): number {
  return (target as Any).$id ?? frozen.get(target) ?? register(target);
}

function register(target: object): number {
  const id = (owner << COUNTER_BITS) | ++counters[owner];
  if (Object.isExtensible(target)) Object.defineProperty(target, '$id', { value: id });
  else frozen.set(target, id);
  if (typeof target === 'object' && typeof (target as Any).next !== 'function') {
    naming?.push(target);
    known?.push(target);
    contents(target, id, 1);
  }
  return id;
}

/** Adds or takes out the terms of everything in an object. */
function contents(target: object, id: number, sign: 1 | -1): void {
  if (Array.isArray(target)) {
    term(id, LENGTH, target.length, sign);
    for (let i = 0; i < target.length; i++) term(id, elementKey(i), target[i], sign);
  } else if (ArrayBuffer.isView(target)) {
    const list = target as Any;
    for (let i = 0; i < list.length; i++) if (list[i] !== 0) term(id, elementKey(i), list[i], sign);
  } else if (target instanceof Map || target instanceof Set) {
    let i = 0;
    for (const [key, value] of target.entries()) {
      term(id, elementKey(i), key, sign);
      term(id, elementKey(i) ^ 0x40000000, value, sign);
      i++;
    }
  } else {
    for (const name in target) {
      const key = $key(name);
      if (silent.has(key)) hashValue((target as Any)[name]);
      else term(id, key, (target as Any)[name], sign);
    }
  }
}

const elementKey = (index: number): number => (index << 1) | 0;
const LENGTH = $key('length');

function undo(target: object, id: number, restore: Restore, value: unknown): void {
  if (!recording || id >>> COUNTER_BITS !== SETUP) return;
  undoTarget.push(target);
  undoRestore.push(restore);
  undoValue.push(value);
}

/** A known object's field changed. */
export function $note(target: object, key: number, restore: Restore, before: unknown, after: unknown): void {
  const id = (target as Any).$id as number;
  undo(target, id, restore, before);
  if (silent.has(key)) {
    if (typeof after === 'object' && after !== null) nameOf(after);
    return;
  }
  term(id, key, before, -1);
  term(id, key, after, 1);
}

/** target[index] = value. */
export function $e(target: Any, index: Any, value: unknown): unknown {
  const id = target.$id as number | undefined;
  if (id === undefined) {
    target[index] = value;
    return value;
  }
  const before = target[index];
  if (before === value) return value;
  if (Array.isArray(target)) {
    if (index >= target.length) {
      change(target, id, () => {
        target[index] = value;
      });
      return value;
    }
    target[index] = value;
    element(target, id, index, before, value);
  } else if (ArrayBuffer.isView(target as object)) {
    target[index] = value;
    element(target, id, index, before, target[index]);
  } else {
    target[index] = value;
    const key = $key(String(index));
    $note(target, key, (t: Any, v) => (t[index] = v), before, value);
  }
  return value;
}

/** A zero element of a typed array has no term, so that an untouched megabyte costs nothing. */
function element(target: Any, id: number, index: number, before: unknown, after: unknown): void {
  undo(target, id, restoreElement(index), before);
  const numeric = ArrayBuffer.isView(target);
  if (!numeric || before !== 0) term(id, elementKey(index), before, -1);
  if (!numeric || after !== 0) term(id, elementKey(index), after, 1);
}

const restorers: Restore[] = [];
function restoreElement(index: number): Restore {
  return (restorers[index] ??= (target: Any, value) => {
    target[index] = value;
  });
}

export function $eu(target: Any, index: Any, next: (value: Any) => unknown): unknown {
  return $e(target, index, next(target[index]));
}

export function $ei(target: Any, index: Any, delta: number, prefix: boolean): number {
  const before = target[index] as number;
  $e(target, index, before + delta);
  return prefix ? before + delta : before;
}

/** target.length = value. */
export function $length(target: Any, value: number): number {
  const id = target.$id as number | undefined;
  if (id === undefined || !Array.isArray(target)) target.length = value;
  else change(target, id, () => (target.length = value));
  return value;
}

/** Changes a small collection as a whole. */
function change<T>(target: Any, id: number, action: () => T): T {
  contents(target, id, -1);
  if (recording && id >>> COUNTER_BITS === SETUP) undo(target, id, restoreAll, copyOf(target));
  const result = action();
  contents(target, id, 1);
  return result;
}

const copyOf = (target: Any): unknown[] => [...target];

function restoreAll(target: Any, copy: Any): void {
  if (Array.isArray(target)) {
    target.length = 0;
    target.push(...copy);
  } else if (target instanceof Map) {
    target.clear();
    for (const [key, value] of copy) target.set(key, value);
  } else if (target instanceof Set) {
    target.clear();
    for (const value of copy) target.add(value);
  } else {
    target.set(copy);
  }
}

function push(target: unknown[], id: number, value: unknown): number {
  const length = target.length;
  undo(target, id, restoreLength, length);
  term(id, LENGTH, length, -1);
  term(id, LENGTH, length + 1, 1);
  term(id, elementKey(length), value, 1);
  return target.push(value);
}

function pop(target: unknown[], id: number): unknown {
  const last = target.length - 1;
  const value = target.pop();
  undo(target, id, restorePopped, value);
  term(id, LENGTH, last + 1, -1);
  term(id, LENGTH, last, 1);
  term(id, elementKey(last), value, -1);
  return value;
}

const restoreLength: Restore = (target: Any, length) => {
  target.length = length;
};
const restorePopped: Restore = (target: Any, value) => {
  target.push(value);
};

/** Changes a typed array in place; only the part that the call can reach is looked at. */
function changeTyped(target: Any, id: number, name: string, args: Any[]): unknown {
  let start = 0;
  let end = target.length as number;
  if (name === 'fill') {
    start = args[1] ?? 0;
    end = Math.min(end, args[2] ?? end);
    const value = args[0];
    for (let i = start; i < end; i++) {
      const before = target[i];
      if (before === value) continue;
      target[i] = value;
      element(target, id, i, before, target[i]);
    }
    return target;
  }
  if (name === 'copyWithin') {
    start = args[0];
    end = Math.min(end, start + (args[2] ?? end) - args[1]);
  } else if (name === 'set') {
    start = args[1] ?? 0;
    end = start + args[0].length;
  }
  const before = target.slice(start, end);
  const result = target[name](...args);
  for (let i = start; i < end; i++) {
    if (before[i - start] !== target[i]) element(target, id, i, before[i - start], target[i]);
  }
  return result;
}

/** target.name(...args) where the name is one that changes collections; other objects' methods of that name just run. */
export function $m(target: Any, name: string, ...args: unknown[]): unknown {
  const id = target.$id as number | undefined;
  if (id === undefined) return target[name](...args);
  if (ArrayBuffer.isView(target)) return changeTyped(target, id, name, args);
  if (Array.isArray(target)) {
    if (name === 'push' && args.length === 1) return push(target, id, args[0]);
    if (name === 'pop' && target.length > 0) return pop(target, id);
    return change(target, id, () => (target as Any)[name](...args));
  }
  if (target instanceof Map || target instanceof Set) {
    return change(target, id, () => (target as Any)[name](...args));
  }
  return target[name](...args);
}

/** target?.name(...args). */
export function $mo(target: Any, name: string, ...args: unknown[]): unknown {
  return target === undefined || target === null ? undefined : $m(target, name, ...args);
}

/** A module-level constant: part of the state from the start. */
export function $root(value: unknown): void {
  if (value !== null && (typeof value === 'object' || typeof value === 'function'))
    roots.push(value as object);
}
const roots: object[] = [];

/** What for-of loops with a yield in them may go over. */
export function $array<T>(value: T[]): T[] {
  if (!Array.isArray(value))
    throw new TypeError('a loop with a yield in it goes over something that is no array');
  return value;
}

/** Code that the explorer cannot follow (see build/instrument.mjs) was reached. */
export function $refuse(what: string): void {
  if (recording) throw new Error(`the explorer cannot follow ${what}`);
}

/** Frames of the running thread: where each function stands, and what it remembers. */
export class Frames {
  depth = 0;
  readonly pcs: number[] = [];
  readonly values: unknown[][] = [];
  lane0 = 0;
  lane1 = 0;

  /** Recomputes the fingerprint of the stack. */
  rehash(): void {
    let a = 0x165667b1;
    let b = 0x27d4eb2f;
    for (let i = 0; i < this.depth; i++) {
      a = mix32(Math.imul(a, 31) ^ this.pcs[i]);
      const values = this.values[i];
      for (let j = 0; j < values.length; j++) {
        const v = hashValue(values[j]);
        a = (Math.imul(a ^ v, 0x85ebca6b) + (a >>> 15)) | 0;
        b = mix32((b + v) ^ a);
      }
    }
    this.lane0 = a;
    this.lane1 = b;
  }
}

let frames = new Frames();

/** A generator function begins: its place in the stack. */
export function $enter(): number {
  return frames.depth;
}

/** A generator function is about to yield or to call another. */
export function $y(depth: number, pc: number, values: unknown[]): void {
  frames.pcs[depth] = pc;
  frames.values[depth] = values;
  frames.depth = depth + 1;
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if ((typeof value === 'object' || typeof value === 'function') && value !== null) {
      if ((value as Any).$id === undefined) nameOf(value);
    }
  }
}

/** The switchboard that the explorer uses. */
export const heap = {
  /** Everything that `root` leads to, as it is now, becomes the initial state. */
  begin(root: object): void {
    owner = SETUP;
    naming = shared;
    for (const one of roots) nameOf(one);
    naming = null;
    nameOf(root);
    undoTarget.length = undoRestore.length = undoValue.length = 0;
    recording = true;
    saved.known = known?.length ?? 0;
    saved.counters.set(counters);
    saved.lane0 = lane0;
    saved.lane1 = lane1;
  },

  /** Back to the initial state. */
  rewind(): void {
    for (let i = undoTarget.length - 1; i >= 0; i--) undoRestore[i](undoTarget[i], undoValue[i]);
    undoTarget.length = undoRestore.length = undoValue.length = 0;
    if (known !== null) known.length = saved.known;
    counters.set(saved.counters);
    lane0 = saved.lane0;
    lane1 = saved.lane1;
    owner = SETUP;
  },

  /** Thread `index` goes on, with this stack. */
  enter(index: number, stack: Frames): void {
    owner = index + 1;
    frames = stack;
  },

  get lane0(): number {
    return lane0;
  },
  get lane1(): number {
    return lane1;
  },

  /** Another world is about to be built: only module-level objects stay known. Names go on where they are. */
  reset(): void {
    recording = false;
    owner = SETUP;
    undoTarget.length = undoRestore.length = undoValue.length = 0;
    lane0 = lane1 = 0;
    if (known !== null) known = [...shared];
    for (const target of shared) contents(target, nameOf(target), 1);
  },

  /** From now on, before there is any world, every object that becomes known is remembered for audit(). */
  rememberObjects(): void {
    known ??= [];
  },

  /** Whether the fingerprint is the sum of what all known objects hold now: no write has escaped. */
  audit(): boolean {
    if (known === null) throw new Error('nobody asked to remember objects');
    const a = lane0;
    const b = lane1;
    lane0 = lane1 = 0;
    for (const target of [...known]) contents(target, (target as Any).$id ?? frozen.get(target), 1);
    const same = lane0 === a && lane1 === b;
    lane0 = a;
    lane1 = b;
    return same;
  },
};
