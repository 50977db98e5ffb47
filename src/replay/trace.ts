import { errnoName } from '../../uapi/errno.ts';
import { hex } from '../../uapi/hex.ts';
import type { DriverTrace, StepPart } from '../driver/base/warn.ts';
import type { RegisterTrace } from '../hw/register-file.ts';
import { registerName } from '../hw/registers.ts';

/** What `--trace` can show. */
export type TraceKind = 'ops' | 'regs';

/**
 * Prints what the driver does, one line an event, under the kernel's names: `ops` the steps of gpuvm, page-table calls
 * and address space slots, `regs` every register access. Each line begins with the number of the record that caused it.
 */
export class LineTrace implements DriverTrace, RegisterTrace {
  /** The record at hand. */
  index = 0;
  /** Nothing is printed. */
  quiet = false;
  /** How an object is called, by its number on the device. */
  objectName: (id: number) => string = (id) => `object ${id}`;
  readonly #print: (line: string) => void;
  readonly #ops: boolean;

  constructor(kinds: ReadonlySet<TraceKind>, print: (line: string) => void) {
    this.#ops = kinds.has('ops');
    this.#print = print;
  }

  /** A line about an operation. */
  op(text: string): void {
    if (this.#ops) this.line(text);
  }

  line(text: string): void {
    if (!this.quiet) this.#print(`${`${this.index}`.padStart(5)} ${text}`);
  }

  warn(where: string, reason: string): void {
    this.line(`WARNING ${where}: ${reason}`);
  }

  timeout(what: string): void {
    this.line(`timeout ${what}`);
  }

  event(name: string): void {
    this.op(`event ${name}`);
  }

  stepMap(va: number, range: number, bo: number, offset: number): void {
    this.op(
      `  panthor_gpuva_sm_step_map va=${hex(va)} range=${hex(range)} obj=${this.objectName(bo)} offset=${hex(offset)}`,
    );
  }

  stepUnmap(va: number, range: number, keep: boolean): void {
    this.op(`  panthor_gpuva_sm_step_unmap va=${hex(va)} range=${hex(range)}${keep ? ' keep' : ''}`);
  }

  stepRemap(va: number, range: number, keep: boolean, prev: StepPart | null, next: StepPart | null): void {
    const part = (name: string, p: StepPart | null): string =>
      p === null ? '' : ` ${name}={va=${hex(p.va)} range=${hex(p.range)} offset=${hex(p.offset)}}`;
    const rest = `${part('prev', prev)}${part('next', next)}${keep ? ' keep' : ''}`;
    this.op(`  panthor_gpuva_sm_step_remap va=${hex(va)} range=${hex(range)}${rest}`);
  }

  beforePageTableCall(): void {}

  mapped(iova: number, pa: number, size: number, count: number, ret: number, bytes: number): void {
    const result = ret === 0 ? `mapped ${hex(bytes)}` : errnoName(ret);
    this.op(`    map_pages iova=${hex(iova)} pa=${hex(pa)} pgsize=${hex(size)} pgcount=${count}: ${result}`);
  }

  unmapped(iova: number, size: number, count: number, bytes: number): void {
    this.op(`    unmap_pages iova=${hex(iova)} pgsize=${hex(size)} pgcount=${count}: unmapped ${hex(bytes)}`);
  }

  as(what: 'enable' | 'disable' | 'evict', as: number, vm: number): void {
    const names = {
      enable: 'panthor_mmu_as_enable',
      disable: 'panthor_mmu_as_disable',
      evict: 'panthor_mmu_as_disable (recycled)',
    };
    this.op(`  ${names[what]} as=${as} vm=#${vm}`);
  }

  write(offset: number, value: number): void {
    this.line(`    ${registerName(offset)} <- ${hex(value)}`);
  }

  read(offset: number, value: number): void {
    this.line(`    ${registerName(offset)} -> ${hex(value)}`);
  }
}
