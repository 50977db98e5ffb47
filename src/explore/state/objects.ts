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

import { $log, wrote } from './access-log.ts';
import { WRITES } from './access-set.ts';
import { mix32 } from './hash.ts';
import { $key, hashText, isUnhashed } from './names.ts';
import { noteUndo, type Restore } from './undo-list.ts';
import { bytesOf, enterView, leaveView } from './views.ts';

// biome-ignore lint/suspicious/noExplicitAny: whatever the driver keeps
export type Any = any;

/** Bits of an object's name that count within one thread. */
const COUNTER_BITS = 24;
export const SETUP = 0;

const float = new Float64Array(1);
const halves = new Int32Array(float.buffer);
/** Names of objects that cannot carry one (frozen ones): they never change. */
export const frozen = new Map<object, number>();

/** Who is told of each term that is put in or taken out. */
export interface TermListener {
  term(id: number, key: number, value: unknown, sign: 1 | -1): void;
}

/** What is known at present; tracker.ts sets it. */
export const now = {
  /** Who makes objects known: 0 while the initial state is set up, thread number + 1 afterwards. */
  owner: SETUP,
  /** Objects that each has made known. */
  counters: new Int32Array(64),
  /** The fingerprint. */
  lane0: 0,
  lane1: 0,
  /** Whether changes are noted, to be undone. */
  recording: false,
  /** Every object that is known, for an audit; frozen and module-level ones once. */
  known: null as object[] | null,
  /** Where objects that become known are put besides. */
  naming: null as object[] | null,
  /** Who is told of changes besides. */
  terms: null as TermListener | null,
};

/** Whose step it is, or what follows from it: thread number + 1, and SETUP before there are any. */
export const acting = (): number => now.owner;

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
export function term(id: number, key: number, value: unknown, sign: 1 | -1): void {
  // A field that was never written and one that holds undefined are the same.
  if (value === undefined) return;
  const v = hashValue(value);
  if (now.terms !== null) now.terms.term(id, key, value, sign);
  const h = mix32(Math.imul(id, 0x9e3779b1) ^ Math.imul(key, 0x85ebca6b) ^ v);
  now.lane0 = (now.lane0 + sign * h) | 0;
  now.lane1 = (now.lane1 + sign * mix32(h ^ Math.imul(v, 0x27d4eb2f) ^ id)) | 0;
}

export function nameOf(target: object): number {
  return (target as Any).$id ?? frozen.get(target) ?? register(target);
}

function register(target: object): number {
  const id = (now.owner << COUNTER_BITS) | ++now.counters[now.owner];
  if (Object.isExtensible(target)) Object.defineProperty(target, '$id', { value: id, writable: true });
  else frozen.set(target, id);
  if (now.recording) noteUndo(target, forget, undefined);
  if (typeof (target as Any).next !== 'function') {
    if (now.recording && (target as Any).$changes !== undefined) {
      throw new Error(`the explorer cannot follow ${(target as Any).$changes} that is kept`);
    }
    if (ArrayBuffer.isView(target)) enterView(target);
    now.naming?.push(target);
    now.known?.push(target);
    contents(target, id, 1);
  }
  return id;
}

/** An object becomes unknown again. */
function forget(target: object): void {
  if (!frozen.delete(target)) (target as Any).$id = undefined;
  if (ArrayBuffer.isView(target)) leaveView(target);
}

/** Adds or takes out the terms of everything in an object. */
export function contents(target: object, id: number, sign: 1 | -1): void {
  if (Array.isArray(target)) {
    term(id, LENGTH, target.length, sign);
    for (let i = 0; i < target.length; i++) term(id, elementKey(i), target[i], sign);
  } else if (ArrayBuffer.isView(target)) {
    const list = target instanceof DataView ? bytesOf(target) : (target as Any);
    for (let i = 0; i < list.length; i++) if (list[i] !== 0) term(id, elementKey(i), list[i], sign);
  } else if (target instanceof Map || target instanceof Set) {
    let i = 0;
    for (const [key, value] of target.entries()) {
      term(id, elementKey(i), key, sign);
      term(id, elementKey(i) ^ 0x40000000, value, sign);
      i++;
    }
  } else if (typeof target === 'function' && (target as Any).$place !== undefined) {
    term(id, CLASS, (target as Any).$place, sign);
    const captured = (target as Any).$captured() as unknown[];
    for (let i = 0; i < captured.length; i++) term(id, elementKey(i), captured[i], sign);
  } else {
    term(id, CLASS, target.constructor?.name, sign);
    for (const name in target) {
      const key = $key(name);
      if (!isUnhashed(target, key)) term(id, key, (target as Any)[name], sign);
    }
    if (poisoned.has(target)) term(id, POISON, true, sign);
  }
}

export const elementKey = (index: number): number => (index << 1) | 0;
export const LENGTH = $key('length');
const CLASS = $key('class of the object');
export const POISON = $key('that the object is freed');
/** Objects that poison.ts watches: that they are freed is part of the state. */
export const poisoned = new WeakSet<object>();

/** Whether changes have to be undone later. */
export function undoes(): boolean {
  return now.recording;
}

export function undo(target: object, restore: Restore, value: unknown): void {
  if (now.recording) noteUndo(target, restore, value);
}

/** How the write that is being made depends on others (access-log.ts). */
export const how = { mode: WRITES };

/** A known object's field changed. */
export function $note(target: object, key: number, restore: Restore, before: unknown, after: unknown): void {
  const id = (target as Any).$id as number;
  if ($log.on) wrote(target, key, how.mode);
  undo(target, restore, before);
  if (isUnhashed(target, key)) return;
  term(id, key, before, -1);
  term(id, key, after, 1);
}

/** A module-level constant: part of the state from the start. */
export function $root(value: unknown): void {
  if (value !== null && (typeof value === 'object' || typeof value === 'function'))
    roots.push(value as object);
}
export const roots: object[] = [];
