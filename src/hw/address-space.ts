import { hex } from '../../uapi/hex.ts';
import { AS_COMMAND_NAMES, AS_LOCK_REGION_MIN_SIZE, AS_TRANSCFG_ADRMODE_AARCH64_4K } from './registers.ts';

/** One address space of the MMU. */
export class AddressSpace {
  readonly index: number;
  /** What UPDATE latched. */
  transtab = 0;
  transcfg = 0;
  /** The command that runs, 0 for none. */
  command = 0;
  /** LOCKADDR as it was when the command was issued. */
  lockAddr = 0;
  /** The command will never end. `hung`: and the driver may give up waiting. */
  stuck = false;
  hung = false;
  /** The locked region, bytes; empty for none. */
  lockStart = 0;
  lockEnd = 0;
  readonly ready: { readonly label: string; ready(): boolean };
  readonly work: { readonly label: string; ready(): boolean };

  constructor(index: number, drained: (space: AddressSpace) => boolean) {
    this.index = index;
    this.ready = { label: `AS${index} is ready`, ready: () => this.command === 0 || this.hung };
    this.work = {
      label: `AS${index} carries out its command`,
      ready: () => this.command !== 0 && !this.hung && drained(this),
    };
  }

  get enabled(): boolean {
    return (this.transcfg & 0xf) === AS_TRANSCFG_ADRMODE_AARCH64_4K;
  }

  get locked(): boolean {
    return this.lockEnd > this.lockStart;
  }

  clear(): void {
    this.transtab = this.transcfg = this.command = this.lockAddr = 0;
    this.stuck = this.hung = false;
    this.lockStart = this.lockEnd = 0;
  }

  /** For people: what the slot is doing. */
  describe(): string {
    const parts = [this.enabled ? `tables at ${hex(this.transtab)}` : 'unmapped'];
    if (this.command !== 0) {
      parts.push(`${AS_COMMAND_NAMES[this.command as 1]} ${this.hung ? 'stuck' : 'running'}`);
    }
    if (this.locked) parts.push(`locked ${hex(this.lockStart)}-${hex(this.lockEnd)}`);
    return parts.join(', ');
  }
}

/** Region of a LOCKADDR value: bits 5:0 are log2(size) - 1, the base is aligned to the size, 32 KiB is the least. */
export function decodeLock(addr: number): { start: number; end: number } {
  const size = Math.max(AS_LOCK_REGION_MIN_SIZE, 2 ** ((addr % 64) + 1));
  const start = addr - (addr % size);
  return { start, end: start + size };
}
