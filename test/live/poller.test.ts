import { mkdtempSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { Fd } from '../../src/live/fd.ts';
import { EPOLLIN, native } from '../../src/live/native.ts';
import { Poller } from '../../src/live/poller.ts';
import { buildNative, compiler } from './toolbox.ts';

/** A pipe, readable when `written`. */
function pipe(written: boolean): { reads: Fd; writes: Fd } {
  const ends = new Int32Array(2);
  expect(native().pipe(ends)).toBe(0);
  if (written) writeSync(ends[1], 'x');
  return { reads: new Fd(ends[0]), writes: new Fd(ends[1]) };
}

describe.skipIf(compiler === null)('events', () => {
  beforeAll(buildNative, 120_000);

  it('of a descriptor that is closed do not reach the next one with its number', () => {
    const poller = new Poller();
    const pipes = [pipe(true), pipe(true)];
    const told: string[] = [];
    const watches = pipes.map(({ reads }, i) =>
      poller.add(reads, EPOLLIN, () => {
        told.push(`old ${i}`);
        // The other one has an event in the same batch, and ends now; a newcomer gets its number.
        const other = pipes[1 - i];
        const watch = watches[1 - i];
        if (typeof watch === 'number') throw new Error('not watched');
        const { number } = other.reads;
        watch.end();
        other.reads.close();
        const newcomer = pipe(false);
        expect(newcomer.reads.number).toBe(number);
        poller.add(newcomer.reads, EPOLLIN, () => told.push('new'));
        pipes.push(newcomer);
      }),
    );
    poller.wait(0);
    expect(told).toHaveLength(1);
    expect(told[0]).toMatch(/^old/);
    for (const { reads, writes } of pipes) {
      reads.close();
      writes.close();
    }
    poller.close();
  });

  it('end with their watch, though a copy of the descriptor is open elsewhere', () => {
    const poller = new Poller();
    const ends = new Int32Array(2);
    expect(native().filePair(join(mkdtempSync(join(tmpdir(), 'panthor-poller-')), 'name'), 1, ends)).toBe(0);
    const [own, other] = [new Fd(ends[0]), new Fd(ends[1])];
    let events = 0;
    const watch = poller.add(own, EPOLLIN, () => events++);
    if (typeof watch === 'number') throw new Error('not watched');
    // On its way through the socket itself, the file stays open when its number is closed.
    native().send(other.number, new Uint8Array([1]), 0, 1, Int32Array.of(own.number), 1);
    poller.wait(0);
    expect(events).toBe(1);
    watch.end();
    own.close();
    poller.wait(0);
    expect(events).toBe(1);
    other.close();
    poller.close();
  });

  it('are asked for by the owner of the descriptor, and a number is closed once', () => {
    const { reads, writes } = pipe(false);
    const { number } = reads;
    reads.close();
    const next = pipe(false);
    expect(next.reads.number).toBe(number);
    reads.close();
    expect(reads.closed).toBe(true);
    expect(() => reads.number).toThrow('closed descriptor');
    writeSync(next.writes.number, 'x');
    writes.close();
    next.reads.close();
    next.writes.close();
  });
});
