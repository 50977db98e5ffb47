/** What people should know about the streams that a server executes, on standard error: once each, and not too often. */
import { writeSync } from 'node:fs';
import { exceptionName } from '../hw/command-stream/exceptions.js';
import { instructionText } from '../hw/command-stream/instruction-text.js';
import { AS_FAULTSTATUS_ACCESS_TYPES } from '../hw/registers.js';
/** Faults that are shown, as the kernel's log would; what follows is only counted. */
const MAX_FAULTS = 16;
export class StreamNotices {
    #write;
    #faults = 0;
    constructor(write = (line) => writeSync(2, `panthor-shim: ${line}\n`)) {
        this.#write = write;
    }
    /** The first piece of work that was retired undone. */
    unshaded = (opcode) => {
        const name = instructionText(0, opcode * 0x1000000).split(' ')[0];
        this.#write(`no shader is executed here: ${name} and the like end at once, without a result`);
    };
    /** CS_FATAL, with the page fault behind it if there was one. */
    fatal = (queue, type, info) => {
        const { vm } = queue.group;
        const at = `0x${info.toString(16)}`;
        if (vm.hasUnhandledFaults() && vm.lastFault?.address === info) {
            const { status } = vm.lastFault;
            const access = AS_FAULTSTATUS_ACCESS_TYPES[((status >>> 8) & 3)];
            this.#fault(`page fault in VM ${vm.id} at ${at}: ${exceptionName(status & 0xff)}, ${access}`);
        }
        else {
            this.#fault(`CS_FATAL in queue ${queue.index}: ${exceptionName(type)} at ${at}`);
        }
    };
    /** CS_FAULT */
    fault = (queue, type) => {
        this.#fault(`CS_FAULT in queue ${queue.index}: ${exceptionName(type)}`);
    };
    #fault(line) {
        this.#faults++;
        if (this.#faults <= MAX_FAULTS)
            this.#write(line);
        if (this.#faults === MAX_FAULTS)
            this.#write('further faults are not shown');
    }
}
//# sourceMappingURL=stream-notices.js.map