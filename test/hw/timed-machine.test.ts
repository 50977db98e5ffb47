import { beforeEach, describe, expect, it } from 'vitest';
import {
  AS_COMMAND,
  AS_COMMAND_FLUSH_PT,
  AS_COMMAND_LOCK,
  AS_COMMAND_UNLOCK,
  AS_COMMAND_UPDATE,
  AS_LOCKADDR,
  AS_STATUS,
  AS_TRANSCFG,
  AS_TRANSCFG_ADRMODE_AARCH64_4K,
  AS_TRANSTAB,
  asRegister,
  GPU_CMD,
  GPU_INT_BASE,
  GPU_IRQ_CLEAN_CACHES_COMPLETED,
  GPU_SOFT_RESET,
  INT_RAWSTAT,
} from '../../src/hw/registers.ts';
import { TimedMachine } from '../../src/hw/timed-machine.ts';
import { Thread } from './threads.ts';

const AS = 1;
/** log2 of the least region, 32 KiB, less one: bits 5:0 of LOCKADDR. */
const LEAST = 14;
let machine: TimedMachine;

beforeEach(() => {
  machine = new TimedMachine({ slots: 4, vaBits: 48 });
});

function command(number: number, lockAddr = 0): void {
  machine.regs.write64(asRegister(AS, AS_LOCKADDR), lockAddr >>> 0, Math.floor(lockAddr / 0x100000000));
  machine.regs.write32(asRegister(AS, AS_COMMAND), number);
}
const busy = () => machine.regs.read32(asRegister(AS, AS_STATUS)) !== 0;
const carriesOut = (choices: number[] = []) => new Thread(machine.carryOut(AS), choices);

describe('a command', () => {
  it('runs until its thread has carried it out', () => {
    const thread = carriesOut();
    expect(thread.ready).toBe(false);
    command(AS_COMMAND_LOCK, 0x10000 | LEAST);
    expect(busy()).toBe(true);
    expect(machine.asReady(AS).ready()).toBe(false);
    expect(machine.isLocked(AS, 0x10000)).toBe(false);
    thread.step();
    expect(busy()).toBe(false);
    expect([0xffff, 0x10000, 0x17fff, 0x18000].map((va) => machine.isLocked(AS, va))).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });

  it('takes LOCKADDR as it was when it was issued', () => {
    const thread = carriesOut();
    command(AS_COMMAND_LOCK, 0x10000 | LEAST);
    machine.regs.write64(asRegister(AS, AS_LOCKADDR), 0x80000 | LEAST, 0);
    thread.step();
    expect(machine.isLocked(AS, 0x10000)).toBe(true);
    expect(machine.isLocked(AS, 0x80000)).toBe(false);
  });

  it('is lost where another one still runs', () => {
    const thread = carriesOut();
    command(AS_COMMAND_LOCK, 0x10000 | LEAST);
    command(AS_COMMAND_UNLOCK);
    thread.step();
    expect(machine.isLocked(AS, 0x10000)).toBe(true);
    expect(thread.ready).toBe(false);
  });

  it('of another slot does not concern this one', () => {
    const thread = carriesOut();
    machine.regs.write32(asRegister(2, AS_COMMAND), AS_COMMAND_UPDATE);
    expect(thread.ready).toBe(false);
    expect(busy()).toBe(false);
  });

  it.each([
    ['LOCK', AS_COMMAND_LOCK, false],
    ['FLUSH_PT', AS_COMMAND_FLUSH_PT, false],
    ['UNLOCK', AS_COMMAND_UNLOCK, true],
    ['UPDATE', AS_COMMAND_UPDATE, true],
  ])('%s with an access under way in its region', (_, number, proceeds) => {
    machine.inFlight.push({ as: AS, va: 0x10008 });
    command(number, 0x10000 | LEAST);
    const thread = carriesOut();
    expect(thread.ready).toBe(proceeds);
    machine.inFlight[0].va = 0x18000;
    expect(thread.ready).toBe(true);
  });
});

describe('UPDATE', () => {
  it('latches tables and configuration, and drops translations of that slot alone', () => {
    const thread = carriesOut();
    machine.regs.write64(asRegister(AS, AS_TRANSTAB), 0x80000000, 0);
    machine.regs.write64(asRegister(AS, AS_TRANSCFG), AS_TRANSCFG_ADRMODE_AARCH64_4K, 0);
    for (const as of [AS, 2]) machine.tlb.insert(as, 0x1000, { root: 1, pa: 0x5000, attrLo: 0, attrHi: 0 });
    expect(machine.spaces[AS].enabled).toBe(false);
    command(AS_COMMAND_UPDATE);
    thread.step();
    expect(machine.spaces[AS]).toMatchObject({ enabled: true, transtab: 0x80000000 });
    expect([AS, 2].map((as) => machine.tlb.find(as, 0x1000) !== null)).toEqual([false, true]);
  });
});

describe('UNLOCK and FLUSH_PT', () => {
  it.each([
    ['UNLOCK', AS_COMMAND_UNLOCK],
    ['FLUSH_PT', AS_COMMAND_FLUSH_PT],
  ])('%s ends the lock and drops the translations of the region alone', (_, number) => {
    const thread = carriesOut();
    for (const va of [0x10000, 0x18000])
      machine.tlb.insert(AS, va, { root: 1, pa: va, attrLo: 0, attrHi: 0 });
    command(AS_COMMAND_LOCK, 0x10000 | LEAST);
    thread.step();
    command(number, 0x10000 | LEAST);
    thread.step();
    expect(machine.isLocked(AS, 0x10000)).toBe(false);
    expect(machine.tlb.entries.map(({ page }) => page)).toEqual([0x18000]);
  });
});

describe('a command that gets stuck', () => {
  it('is the one that was asked for, counted over all slots, and then hangs for good', () => {
    machine.stuck.push({ command: AS_COMMAND_UNLOCK, skip: 1 });
    const thread = carriesOut();
    command(AS_COMMAND_UNLOCK);
    thread.step();
    expect(busy()).toBe(false);
    command(AS_COMMAND_UNLOCK);
    thread.step();
    expect(busy()).toBe(true);
    expect(thread.ready).toBe(false);
    // The driver may give up waiting.
    expect(machine.asReady(AS).ready()).toBe(true);
  });

  it.each([
    [0, false],
    [1, true],
  ])('may have taken hold where it is a LOCK: choice %i', (choice, locked) => {
    machine.stuck.push({ command: AS_COMMAND_LOCK, skip: 0 });
    const thread = carriesOut([choice]);
    command(AS_COMMAND_LOCK, 0x10000 | LEAST);
    thread.step();
    expect(machine.isLocked(AS, 0x10000)).toBe(locked);
    expect(busy()).toBe(true);
  });
});

describe('a cache flush', () => {
  const rawstat = () => machine.regs.words[(GPU_INT_BASE + INT_RAWSTAT) >> 2];

  it('is done when its thread has run, and says so by an interrupt', () => {
    const thread = new Thread(machine.flushes());
    machine.regs.write32(GPU_CMD, 4);
    expect(machine.flushDone.ready()).toBe(false);
    expect(rawstat()).toBe(0);
    thread.step();
    expect(machine.flushDone.ready()).toBe(true);
    expect(rawstat()).toBe(GPU_IRQ_CLEAN_CACHES_COMPLETED);
  });

  it('that gets stuck is over for who waits, without an interrupt', () => {
    machine.stuckFlush.times = 1;
    const thread = new Thread(machine.flushes());
    machine.regs.write32(GPU_CMD, 4);
    thread.step();
    expect(machine.flushDone.ready()).toBe(true);
    expect(rawstat()).toBe(0);
    expect(thread.ready).toBe(false);
  });
});

describe('a reset', () => {
  it('ends commands, locks, accesses and what was remembered', () => {
    const thread = carriesOut();
    command(AS_COMMAND_LOCK, 0x10000 | LEAST);
    thread.step();
    command(AS_COMMAND_UNLOCK);
    machine.inFlight.push({ as: AS, va: 0 });
    machine.tlb.insert(AS, 0, { root: 1, pa: 0, attrLo: 0, attrHi: 0 });
    machine.regs.write32(GPU_CMD, GPU_SOFT_RESET);
    expect(machine).toMatchObject({ epoch: 1, inFlight: [] });
    expect(machine.tlb.entries).toEqual([]);
    expect([busy(), machine.isLocked(AS, 0x10000), thread.ready]).toEqual([false, false, false]);
  });
});
