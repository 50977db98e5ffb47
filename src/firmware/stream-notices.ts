/** What people should know about the streams that a server executes, on standard error: once each, and not too often. */
import { hex } from '../../uapi/hex.ts';
import type { PanthorQueue } from '../driver/sched/queue.ts';
import { exceptionName } from '../hw/command-stream/exceptions.ts';
import { instructionText } from '../hw/command-stream/instruction-text.ts';
import { AS_FAULTSTATUS_ACCESS_TYPES } from '../hw/registers.ts';

/** Faults that are shown, as the kernel's log would; what follows is only counted. */
const MAX_FAULTS = 16;

export class StreamNotices {
  readonly #write: (line: string) => void;
  #faults = 0;

  /** `write` gets each line; it must neither wait nor throw. */
  constructor(write: (line: string) => void) {
    this.#write = write;
  }

  /** The first piece of work that was retired undone. */
  readonly unshaded = (opcode: number): void => {
    const name = instructionText(0, opcode * 0x1000000).split(' ')[0];
    this.#write(`no shader is executed here: ${name} and the like end at once, without a result`);
  };

  /** CS_FATAL, with the page fault behind it if there was one. */
  readonly fatal = (queue: PanthorQueue, type: number, info: number): void => {
    const { vm } = queue.group;
    const at = hex(info);
    if (vm.hasUnhandledFaults() && vm.lastFault?.address === info) {
      const { status } = vm.lastFault;
      const access = AS_FAULTSTATUS_ACCESS_TYPES[((status >>> 8) & 3) as 0];
      // The end is as the kernel's log has it, for people and tools that read that.
      const raw = `AS${vm.as}, raw fault status: 0x${status.toString(16).padStart(8, '0').toUpperCase()}`;
      this.#fault(`page fault in VM ${vm.id} at ${at}: ${exceptionName(status & 0xff)}, ${access} (${raw})`);
    } else {
      this.#fault(`CS_FATAL in queue ${queue.index}: ${exceptionName(type)} at ${at}`);
    }
  };

  /** CS_FAULT */
  readonly fault = (queue: PanthorQueue, type: number): void => {
    this.#fault(`CS_FAULT in queue ${queue.index}: ${exceptionName(type)}`);
  };

  #fault(line: string): void {
    this.#faults++;
    if (this.#faults <= MAX_FAULTS) this.#write(line);
    if (this.#faults === MAX_FAULTS) this.#write('further faults are not shown');
  }
}
