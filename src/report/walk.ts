import { hex, hex64, paddedHex } from '../../uapi/hex.ts';
import { DRM_PANTHOR_VM_BIND_OP_MAP_SPARSE } from '../../uapi/panthor_drm.ts';
import type { GemObject } from '../driver/gem/gem.ts';
import type { PanthorVm } from '../driver/mmu/vm.ts';
import { DESC_TABLE } from '../hw/vmsa.ts';
import { type Walk, type WalkStep, walk } from '../hw/walker.ts';
import type { ClientFile } from '../replay/client-file.ts';
import type { ReplayModel } from '../replay/model.ts';
import { address } from './va-map.ts';

/** One translation with every descriptor that led to it. */
export interface WalkReport {
  va: number;
  ttbr: number;
  steps: WalkStep[];
  result: Walk;
  /** What the driver believes to be mapped there; null for nothing. */
  target: WalkTarget | null;
}

export interface WalkTarget {
  /** The client's handle; null for an object of the driver's own (kernel objects, the one behind sparse mappings). */
  bo: number | null;
  sparse: boolean;
  offset: number;
  /** Whether the page tables lead to the object's page. */
  agrees: boolean;
}

/** Translates `va` in a VM by its page tables, as the MMU would. */
export function walkVm(model: ReplayModel, file: ClientFile, vm: PanthorVm, va: number): WalkReport {
  const steps: WalkStep[] = [];
  const { ttbr, vaBits } = model.seen.vm(vm).pgtable;
  const result = walk(model.seen.tables, ttbr, vaBits, va, steps);
  return { va, ttbr, steps, result, target: targetOf(model, file, vm, va, result.pa) };
}

function targetOf(
  model: ReplayModel,
  file: ClientFile,
  vm: PanthorVm,
  va: number,
  pa: number,
): WalkTarget | null {
  const { vmas } = model.seen.vm(vm);
  const id = vmas.lookup(va);
  if (id < 0) return null;
  const bo = model.device.gem.objects[vmas.bo[id]] as GemObject;
  const sparse = (vmas.flags[id] & DRM_PANTHOR_VM_BIND_OP_MAP_SPARSE) !== 0;
  const offset = sparse ? va % bo.size : vmas.boOffset[id] + (va - vmas.va[id]);
  const agrees = bo.sgt.paOf(offset) === pa;
  return { bo: sparse ? null : (file.handles.get(bo) ?? null), sparse, offset, agrees };
}

/** The walk as text, level by level. */
export function walkText(report: WalkReport, name: string): string {
  const { va, ttbr, steps, result, target } = report;
  const lines = [`${name} @ ${address(va)}`, `  AS_TRANSTAB → level ${steps[0].level} table at ${hex(ttbr)}`];
  for (const step of steps) {
    const { level, index, pa, lo, hi } = step;
    const value = `${paddedHex(hi, 8)}${lo.toString(16).padStart(8, '0')}`;
    lines.push(`  L${level}[${`${index}`.padStart(3)}] at ${hex(pa)} = ${value}  ${meaning(step)}`);
  }
  if (result.pa < 0) {
    lines.push(`  translation fault at level ${result.level}`);
  } else {
    const size = result.log2 === 12 ? '4 KiB' : result.log2 === 21 ? '2 MiB' : '1 GiB';
    lines.push(`  → ${hex(result.pa)} (${size} leaf)`);
  }
  lines.push(`  ${targetText(target, result.pa)}`);
  return `${lines.join('\n')}\n`;
}

function targetText(target: WalkTarget | null, pa: number): string {
  if (target === null) return pa < 0 ? 'nothing is mapped there' : 'the driver knows of no mapping there';
  const { bo, sparse, offset, agrees } = target;
  const what = sparse ? 'the sparse dummy object' : bo === null ? "an object of the driver's" : `BO ${bo}`;
  const place = `${what} +${hex(offset)}`;
  return agrees ? `${place}` : `the driver has ${place} mapped there, which is another page`;
}

export function walkJson({ va, ttbr, steps, result, target }: WalkReport): string {
  return JSON.stringify({
    va: hex(va),
    ttbr: hex(ttbr),
    steps: steps.map(({ level, index, pa, lo, hi }) => ({
      level,
      index,
      pa: hex(pa),
      descriptor: hex64(lo, hi),
    })),
    pa: result.pa < 0 ? null : hex(result.pa),
    page_size: result.pa < 0 ? null : 2 ** result.log2,
    level: result.level,
    bo: target?.bo ?? null,
    bo_offset: target === null ? null : hex(target.offset),
    sparse: target?.sparse ?? false,
    agrees: target?.agrees ?? result.pa < 0,
  });
}

/** What a descriptor says (Arm ARM D8.3, "VMSAv8-64 descriptor formats"). */
function meaning({ level, lo, hi }: WalkStep): string {
  const type = lo & 3;
  const next = (hi & 0xffff) * 0x100000000 + ((lo & ~0xfff) >>> 0);
  if ((lo & 1) === 0) return 'invalid';
  if (type === DESC_TABLE && level < 3) return `table → ${hex(next)}`;
  const kind = level === 3 ? 'page' : 'block';
  return `${kind} → ${hex(next)} ${attributes(lo, hi)}`;
}

/** Attribute fields of a stage 1 leaf: AttrIndx 4:2, AP 7:6, SH 9:8, AF 10, nG 11, PXN 53, UXN 54. */
function attributes(lo: number, hi: number): string {
  const parts = [
    `AttrIndx=${(lo >>> 2) & 7}`,
    (lo & 0x80) !== 0 ? 'read-only' : 'read-write',
    ['non-shareable', 'reserved', 'outer-shareable', 'inner-shareable'][(lo >>> 8) & 3],
  ];
  if ((hi & (1 << 22)) !== 0) parts.push('no-execute');
  if ((lo & 0x400) === 0) parts.push('AF=0');
  return parts.join(' ');
}
