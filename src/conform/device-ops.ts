/** Operations of a stream about the device as a whole: objects, faults, power, and functions that stand alone. */
import { crc32 } from 'node:zlib';
import { EINVAL } from '../../uapi/errno.ts';
import { hex } from '../../uapi/hex.ts';
import { SZ_2M, SZ_4K } from '../../uapi/sizes.ts';
import { run } from '../coroutine/op.ts';
import { IRQ_WAKE_THREAD } from '../driver/base/irq.ts';
import { type BoLayout, type SgPiece, SgTable } from '../driver/gem/sg.ts';
import { packed, packRegionExact, REGION_HI, REGION_LO, REGION_SIZE } from '../driver/mmu/region.ts';
import { getPgsize } from '../driver/mmu/vm-pages.ts';
import { AS_FAULTADDRESS, AS_FAULTSTATUS, asRegister } from '../hw/registers.ts';
import { type Fields, num, type StreamOp } from './op-fields.ts';
import type { Json } from './recorder.ts';
import type { Stage } from './stage.ts';

/** An object with its scatter list, which is printed. */
export function boCreate(stage: Stage, op: StreamOp): Fields {
  const id = ++stage.boCount;
  const pieces = op.sg as [string, string, number][] | undefined;
  const sg = pieces?.map(([pa, len, folio]): SgPiece => [Number(pa), Number(len), folio]);
  const backing = sg !== undefined ? SgTable.of(sg) : (op.layout as BoLayout);
  const exclusive = op.excl === undefined ? null : (stage.vms.get(num(op, 'excl')) ?? null);
  const bo = stage.device.gem.createAs(id, num(op, 'size'), exclusive, backing, num(op, 'seed'));
  bo.pin();
  stage.bos.set(id, bo);
  const { pa, len } = bo.sgt;
  const list: Json[] = [];
  let text = '';
  for (let i = 0; i < pa.length; i++) {
    text += `${pa[i].toString(16)},${len[i].toString(16)}\n`;
    if (pa.length <= 64) list.push([hex(pa[i]), hex(len[i])]);
  }
  const out: Fields = { r: id, nsg: pa.length, sgcrc: crc32(text).toString(16).padStart(8, '0') };
  if (pa.length <= 64) out.sg = list;
  return out;
}

/** The handle of an object goes; what maps it keeps it. */
export function boDestroy(stage: Stage, op: StreamOp): Fields {
  const bo = stage.bos.get(num(op, 'bo'));
  if (bo === undefined) return { r: -EINVAL };
  stage.bos.delete(num(op, 'bo'));
  bo.put();
  return { r: 0 };
}

/** get_pgsize() */
export function pgsize(op: StreamOp): Fields {
  const pages = getPgsize(num(op, 'addr') | 0, num(op, 'size'));
  return { r: 0, pgsize: hex(pages < 0 ? SZ_2M : SZ_4K), count: hex(Math.abs(pages)) };
}

/** pack_region_range(), or what 6.12 and 6.18 program for a region. */
export function pack(stage: Stage, op: StreamOp): Fields {
  const { b, mmu } = stage.device;
  const start = BigInt(op.start as string);
  const size = BigInt(op.size as string);
  if (!b.recordPackedRegion) {
    if (size !== 0n) run(mmu.lockRegionExact(num(op, 'as'), start, size));
    return { r: 0 };
  }
  if (size === 0n) {
    stage.device.warn('pack_region_range', 'empty-region');
    return { r: 0, region: '0x0', start: hex(start), size: '0x0' };
  }
  packRegionExact(start, size);
  const value = (BigInt(packed[REGION_HI]) << 32n) | BigInt(packed[REGION_LO]);
  const width = value & 0x3fn;
  const base = (start >> width) << width;
  return {
    r: 0,
    region: hex(value),
    start: hex(base),
    size: hex(packed[REGION_SIZE]),
  };
}

/** The MMU interrupt with faults in some slots, through its hard and its threaded handler. */
export function fault(stage: Stage, op: StreamOp): Fields {
  const { machine, mmu } = stage.device;
  for (const [as, addr, status] of op.faults as [number, string, string][]) {
    const words = machine.regs.words;
    words[asRegister(as, AS_FAULTSTATUS) >> 2] = Number(status);
    const address = BigInt(addr);
    words[asRegister(as, AS_FAULTADDRESS) >> 2] = Number(address & 0xffffffffn);
    words[(asRegister(as, AS_FAULTADDRESS) >> 2) + 1] = Number(address >> 32n);
    machine.raiseMmuInterrupt(1 << as);
  }
  const out: Fields = { r: 0 };
  out.raw = run(mmu.irq.rawHandler());
  if (out.raw === IRQ_WAKE_THREAD) out.thread = run(mmu.irq.threadedHandler());
  return out;
}

/** Page-table pages that are in use, and those that VMs reach. */
export function leak(stage: Stage): Fields {
  let reachable = 0;
  for (const vm of stage.device.mmu.vms) reachable += vm.pgtable.tables.reduce((a, n) => a + n, 0) - 1;
  return {
    r: 0,
    pt_live: stage.device.machine.memory.live - stage.device.mmu.vms.length,
    pt_reachable: reachable,
  };
}

/** Suspend, resume, reset and unplug, step by step. */
export function power(stage: Stage, op: string): Fields {
  const { mmu, machine, gpu } = stage.device;
  if (op === 'suspend') run(mmu.suspend());
  else if (op === 'resume') run(mmu.resume());
  else if (op === 'pre_reset') run(mmu.preReset());
  else if (op === 'post_reset') run(mmu.postReset());
  else if (op === 'unplug') run(stage.device.unplug());
  else {
    machine.reset();
    gpu.resetDone();
    stage.device.resetPending = false;
    stage.oom = { skip: 0, times: 0 };
  }
  return { r: 0 };
}
