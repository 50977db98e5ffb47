/** Records what the driver does during one operation, in the words of the vectors (SCHEMA.md, "Outcome"). */
import { hex } from '../../uapi/hex.ts';
import type { DriverTrace, StepPart } from '../driver/base/warn.ts';
import {
  AS_STATUS,
  GPU_CMD,
  GPU_INT_BASE,
  INT_RAWSTAT,
  MMU_AS_BASE,
  MMU_INT_BASE,
  registerName,
} from '../hw/registers.ts';

/** Page-table calls beyond this many are counted, not listed. */
const MAX_CALLS = 24;

export type Json = string | number | null | Json[] | { [key: string]: Json };

/** A size that may be an errno: -2 is 0xfffffffffffffffe. */
function hexU64(value: number): string {
  return value >= 0 ? hex(value) : hex(BigInt.asUintN(64, BigInt(value)));
}

function part(p: StepPart | null): Json {
  return p === null ? null : [hex(p.va), hex(p.range), hex(p.offset)];
}

export class Recorder implements DriverTrace {
  t: string[] = [];
  w: Json[] = [];
  s: Json[] = [];
  p: Json[] = [];
  maps = 0;
  unmaps = 0;
  polls = 0;
  /** Called before each call to the page-table code. */
  onPageTableCall: (() => void) | null = null;

  /** Forgets the operation before. */
  clear(): void {
    this.t = [];
    this.w = [];
    this.s = [];
    this.p = [];
    this.maps = 0;
    this.unmaps = 0;
    this.polls = 0;
  }

  /** The fields of the outcome that were recorded; empty ones are left out. */
  fields(): { [key: string]: Json } {
    const out: { [key: string]: Json } = {};
    if (this.t.length > 0) out.t = this.t;
    if (this.polls > 0) out.np = this.polls;
    if (this.w.length > 0) out.w = this.w;
    if (this.s.length > 0) out.s = this.s;
    const calls = this.maps + this.unmaps;
    if (calls > 0) out.pn = [this.maps, this.unmaps];
    if (calls > 0 && calls <= MAX_CALLS) out.p = this.p;
    return out;
  }

  /** RegisterTrace: the MMU's registers, GPU_CMD and GPU_INT_RAWSTAT are part of an outcome, AS_STATUS reads only by their number. */
  write(offset: number, value: number): void {
    if (offset >= MMU_INT_BASE || offset === GPU_CMD) this.t.push(`W ${registerName(offset)} ${hex(value)}`);
  }

  read(offset: number, value: number): void {
    if (offset < MMU_INT_BASE && offset !== GPU_INT_BASE + INT_RAWSTAT) return;
    if (offset >= MMU_AS_BASE && (offset & 0x3f) === AS_STATUS) {
      this.polls++;
      return;
    }
    this.t.push(`R ${registerName(offset)} ${hex(value)}`);
  }

  warn(where: string, reason: string): void {
    this.w.push([where, reason]);
  }

  timeout(what: string): void {
    this.t.push(`T ${what}`);
  }

  event(name: string): void {
    this.t.push(`E ${name}`);
  }

  stepMap(va: number, range: number, bo: number, offset: number): void {
    this.s.push(['map', hex(va), hex(range), bo, hex(offset)]);
  }

  stepUnmap(va: number, range: number, keep: boolean): void {
    this.s.push(['unmap', hex(va), hex(range), keep ? 1 : 0]);
  }

  stepRemap(va: number, range: number, keep: boolean, prev: StepPart | null, next: StepPart | null): void {
    this.s.push(['remap', hex(va), hex(range), keep ? 1 : 0, part(prev), part(next)]);
  }

  beforePageTableCall(): void {
    this.onPageTableCall?.();
  }

  mapped(iova: number, pa: number, size: number, count: number, ret: number, bytes: number): void {
    this.maps++;
    if (this.p.length <= MAX_CALLS)
      this.p.push(['m', hex(iova), hex(pa), Math.log2(size), count, ret, hex(bytes)]);
  }

  unmapped(iova: number, size: number, count: number, bytes: number): void {
    this.unmaps++;
    if (this.p.length <= MAX_CALLS) this.p.push(['u', hex(iova), Math.log2(size), count, hexU64(bytes)]);
  }

  as(): void {}
}
