import { hex } from '../../uapi/hex.ts';
import type { VmState } from '../replay/snapshot.ts';

/** `vm --json`: the VMs after record `index`. */
export function vmJson(index: number, vms: readonly VmState[]): string {
  return JSON.stringify({ index, vms: vms.map(vmObject) });
}

/** One VM as JSON has it. */
export function vmObject(vm: VmState) {
  return {
    fd: vm.fd,
    id: vm.id,
    user_va_range: hex(vm.userVaRange),
    unusable: vm.unusable,
    as: vm.as,
    vmas: vm.vmas.map(({ va, size, bo, boOffset, flags }) => ({
      va: hex(va),
      size: hex(size),
      bo,
      bo_offset: hex(boOffset),
      flags,
    })),
    pages: { '4k': vm.pages4k, '2m': vm.pages2m },
    tables: vm.tables,
    disagreements: vm.disagreements.map(({ va, size, kind, bytes }) => ({
      va: hex(va),
      size: hex(size),
      kind,
      bytes: hex(bytes),
    })),
  };
}
