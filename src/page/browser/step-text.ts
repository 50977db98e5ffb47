/** A step of the driver in words. */
import type { PageStep, PageVm } from '../data.ts';
import { bytesText } from './dom.ts';

/** One line; `vms` are the VMs of the capture. */
export function stepText(step: PageStep, vms: readonly PageVm[]): string {
  switch (step[0]) {
    case 'op':
      return `${step[5] === 1 ? 'asynchronous ' : ''}${step[2]} ${step[3]} +${step[4]}`;
    case 'command':
      return `AS ${step[1]}: ${step[2]}${step[2] === 'LOCK' ? ` ${step[3]} +${step[4]} (${bytesText(Number(step[4]))})` : ''}`;
    case 'flush':
      return 'flush of the GPU caches';
    case 'slot':
      return `AS ${step[2]}: ${step[1]} ${vms.find(({ uid }) => uid === step[3])?.name ?? 'the firmware’s VM'}`;
    case 'map-pages':
    case 'unmap-pages':
      return `${step[0].replace('-', '_')} ${step[1]} ${bytesText(Number(step[2]))}`;
    default:
      return `${step[0]}: ${step[1]}`;
  }
}
