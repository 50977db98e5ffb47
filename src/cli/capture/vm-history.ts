import { hex } from '../../../uapi/hex.ts';
import type { CaptureReader } from '../../capture/reader.ts';
import { UsageError } from '../../errors.ts';
import { mappingText, momentText, objectText, vmText } from '../../fault/names.ts';
import { mapping as mappingJson } from '../../fault/report.ts';
import { CaptureHistory } from '../../history/capture-history.ts';
import type { Mapping, VmLife } from '../../history/events.ts';
import type { ReplayOptions } from '../../replay/replayer.ts';
import { print } from '../io/output.ts';
import { readThrough } from '../io/read.ts';

/** A VM by its id, with its file's descriptor where several files have that id, and an address in it (bytes). */
export interface Place {
  fd: number | null;
  id: number;
  va: number;
}

/** `vm --history VM@VA`: everything that ever happened to an address, in every VM that had that id. */
export async function vmHistory(
  capture: CaptureReader,
  options: ReplayOptions,
  where: Place,
  json: boolean,
): Promise<void> {
  const history = new CaptureHistory(capture.header, options);
  await readThrough(
    capture,
    (record) => history.step(record),
    () => {
      const vms = history.vms.filter(
        ({ fd, id }) => id === where.id && (where.fd === null || fd === where.fd),
      );
      if (vms.length === 0) throw new UsageError(noSuchVm(history, where.id));
      print(json ? asJson(history, vms, where.va) : asText(history, vms, where.va));
    },
  );
}

function noSuchVm(history: CaptureHistory, id: number): string {
  const all = [...new Set(history.vms.map((vm) => `${vm.fd}:${vm.id}`))];
  return `no file ever has a VM ${id}${all.length === 0 ? '' : `, but ${all.join(', ')}`}`;
}

function asJson(history: CaptureHistory, vms: readonly VmLife[], va: number): string {
  const all = vms.map((vm) => ({
    fd: vm.fd,
    id: vm.id,
    created: vm.created.record,
    destroyed: vm.destroyed?.record ?? null,
    mappings: history.mappingsAt(vm, va).map(mappingJson),
  }));
  return `${JSON.stringify({ va: hex(va), vms: all })}\n`;
}

function asText(history: CaptureHistory, vms: readonly VmLife[], va: number): string {
  const lines: string[] = [];
  for (const vm of vms) {
    lines.push(`${hex(va)} in ${vmText(vm)}`);
    lines.push(`  created by ${momentText(vm.created)}`);
    const mappings = history.mappingsAt(vm, va);
    if (mappings.length === 0) lines.push('  nothing was ever mapped there');
    for (const one of mappings) lines.push(...mappingLines(one));
    if (vm.destroyed !== null) lines.push(`  destroyed by ${momentText(vm.destroyed)}`);
  }
  return `${lines.join('\n')}\n`;
}

const ENDS = {
  unmap: 'unmapped',
  map: 'mapped over',
  'vm-destroy': 'gone with its VM',
  close: 'gone with its file',
};

function mappingLines(one: Mapping): string[] {
  const lines = [`  ${mappingText(one)}`];
  const { removed, end, object } = one;
  if (removed === null || end === null) lines.push('    is there at the end');
  else lines.push(`    ${ENDS[end]} by ${momentText(removed)}`);
  if (object?.closed != null)
    lines.push(`    ${objectText(object)}: last handle closed by ${momentText(object.closed)}`);
  if (object?.freed != null) lines.push(`    ${objectText(object)}: freed by ${momentText(object.freed)}`);
  return lines;
}
