/** What driver and machine do in the course of a schedule, in words: for explanations, never part of the state. */

import { hex } from '../../../uapi/hex.ts';
import type { DriverTrace, StepPart } from '../../driver/base/warn.ts';
import type { RegisterTrace } from '../../hw/register-file.ts';
import { AS_COMMAND_NAMES, registerName } from '../../hw/registers.ts';

const span = (va: number, size: number): string => `${hex(va)}+${hex(size)}`;

/** Collects lines; `next` is told to whom the driver's trace goes besides. */
export class Log implements DriverTrace, RegisterTrace {
  lines: string[] = [];
  readonly #next: DriverTrace | null;

  constructor(next: DriverTrace | null) {
    this.#next = next;
  }

  /** The lines since the last call. */
  take(): string[] {
    const { lines } = this;
    this.lines = [];
    return lines;
  }

  write(offset: number, value: number): void {
    const name = registerName(offset);
    if (name.endsWith('_HI')) return;
    const shown = name.endsWith('_COMMAND') ? (AS_COMMAND_NAMES[value] ?? hex(value)) : hex(value);
    this.lines.push(`${name.replace(/_LO$/, '')} = ${shown}`);
  }
  read(): void {}
  warn(where: string, reason: string): void {
    this.lines.push(`WARN ${where}: ${reason}`);
    this.#next?.warn(where, reason);
  }
  timeout(what: string): void {
    this.lines.push(`gives up on ${what}`);
  }
  event(name: string): void {
    this.lines.push(name);
  }
  stepMap(va: number, range: number): void {
    this.lines.push(`sm_step_map ${span(va, range)}`);
  }
  stepUnmap(va: number, range: number): void {
    this.lines.push(`sm_step_unmap ${span(va, range)}`);
  }
  stepRemap(va: number, range: number, _keep: boolean, prev: StepPart | null, next: StepPart | null): void {
    const left = [prev, next].map((part) => (part === null ? '' : ` keeps ${span(part.va, part.range)}`));
    this.lines.push(`sm_step_remap ${span(va, range)}${left.join('')}`);
  }
  beforePageTableCall(): void {}
  mapped(iova: number, pa: number, size: number, count: number, ret: number): void {
    this.lines.push(`map ${span(iova, size * count)} to ${hex(pa)}${ret === 0 ? '' : `: ${ret}`}`);
  }
  unmapped(iova: number, _size: number, _count: number, bytes: number): void {
    this.lines.push(`unmap ${span(iova, bytes)}`);
  }
  as(what: 'enable' | 'disable' | 'evict', as: number, vm: number): void {
    this.lines.push(`${what} AS${as}${vm === 0 ? '' : ` (VM ${vm})`}`);
  }
}
