/** What the page knows of slots, locked regions and mappings after a record, and the command that shows the rest. */
import type { PageStep } from '../data.ts';
import type { Capture } from './capture.ts';
import { bytesText, el } from './dom.ts';

/** VMs that are listed. */
const LISTED = 6;
const UNLOCKS = new Set(['UNLOCK', 'FLUSH_PT', 'FLUSH_MEM']);

export type Fact = readonly [name: string, value: (Node | string)[]];

/** Facts about the moment after `record`; `steps` are the driver's within it, undefined where the page has none. */
export function momentFacts(
  capture: Capture,
  record: number,
  steps: readonly PageStep[] | undefined,
): Fact[] {
  const facts: Fact[] = [['Slots', [slotsText(capture, record)]]];
  facts.push(['Locked', lockedTexts(steps).map((text) => el('div', {}, text))]);
  facts.push(['Mapped', mappedTexts(capture, record).map((text) => el('div', {}, text))]);
  facts.push(['TLB', ['not known: a capture has no accesses of the GPU']]);
  return facts;
}

/** `vm` for the moment after a record, and for one address of a VM where one is given. */
export function momentCommand(capture: Capture, record: number, where?: { vm: number; va: string }): Node {
  const { command, vms } = capture.meta;
  const vm = where === undefined ? undefined : vms[where.vm];
  const walk = vm === undefined ? '' : ` --walk ${vm.fd}:${vm.id}@${where?.va}`;
  return el('pre', { tabindex: '0' }, `${command} --at ${record}${walk}`);
}

function slotsText({ meta, columns }: Capture, record: number): string {
  const { slotAs, slotVm, slotFrom, slotTo } = columns;
  const seats: string[] = [];
  for (let i = 0; i < slotAs.length && slotFrom[i] <= record; i++) {
    if (slotTo[i] < 0 || slotTo[i] > record) seats.push(`AS ${slotAs[i]}: ${meta.vms[slotVm[i]].name}`);
  }
  return seats.length === 0 ? 'no VM of a client has one' : seats.sort().join(', ');
}

/** The regions that a record's LOCK commands locked, and whether they were unlocked within it. */
function lockedTexts(steps: readonly PageStep[] | undefined): string[] {
  if (steps === undefined) return ['not in this page'];
  const texts = steps.flatMap((step, i) => {
    if (step[0] !== 'command' || step[2] !== 'LOCK') return [];
    const [, as, , start, size] = step;
    const end = steps.find((one, j) => j > i && one[0] === 'command' && one[1] === as && UNLOCKS.has(one[2]));
    const until = end === undefined ? 'and is locked still' : `until ${end[2]}`;
    return [`AS ${as}: ${start} +${size} (${bytesText(Number(size))}), ${until}`];
  });
  return texts.length === 0 ? ['nothing, by this call'] : texts;
}

function mappedTexts({ meta, columns }: Capture, record: number): string[] {
  const { mapVm, mapSize, mapFrom, mapTo } = columns;
  const counts = new Map<number, { mappings: number; bytes: number }>();
  meta.vms.forEach(({ created, destroyed }, vm) => {
    if (created <= record && (destroyed < 0 || destroyed > record)) counts.set(vm, { mappings: 0, bytes: 0 });
  });
  for (let i = 0; i < mapVm.length && mapFrom[i] <= record; i++) {
    const count = counts.get(mapVm[i]);
    if (count === undefined || (mapTo[i] >= 0 && mapTo[i] <= record)) continue;
    count.mappings++;
    count.bytes += mapSize[i];
  }
  const texts = [...counts].map(([vm, { mappings, bytes }]) => {
    return `${meta.vms[vm].name}: ${bytesText(bytes)} in ${mappings} ${mappings === 1 ? 'mapping' : 'mappings'}`;
  });
  if (texts.length > LISTED) texts.splice(LISTED, texts.length, `… and ${texts.length - LISTED} more VMs`);
  return texts.length === 0 ? ['there is no VM'] : texts;
}
