/** What the command-stream hardware keeps for one queue of a group. It survives the loss of the slot (suspend buffer). */
import { CS_INSTR_INVALID, StreamFatal } from './exceptions.js';
/** Call frames including the one that runs (decode_csf.c of Mesa, for the G610): the ring buffer and 7 CALLs. */
export const CALL_STACK_DEPTH = 8;
/** Bytes of an instruction. */
export const INSTR_BYTES = 8;
/** The queues of one group in one address space. */
export class StreamGroup {
    queues = [];
    /** 0 to 3, 3 goes first (drm_panthor_group_priority). */
    priority;
    space;
    /** A queue has ended in a fatal exception, or the address space is gone: the group is about to be terminated. */
    halted = false;
    /** `space.as` is the slot of the group's address space, below 0 for none. */
    constructor(priority, space) {
        this.priority = priority;
        this.space = space;
    }
}
export class StreamQueue {
    group;
    index;
    priority;
    ring;
    ringVa;
    ringSize;
    regs;
    /** CALLs that have not returned; 0 is the ring buffer. */
    depth = 0;
    /** The block that is called: first byte, end, next instruction. Without meaning at depth 0. */
    start = 0;
    end = 0;
    ip = 0;
    #frames = [];
    /** A fault has happened, and no ERROR_BARRIER since. */
    error = false;
    /** What PROGRESS_LOAD reads, low and high word. */
    progress = new Uint32Array(2);
    /** Scoreboard entries for endpoint tasks and for everything else (SET_SB_ENTRY). */
    sbEntry = new Uint8Array(2);
    /** GPU address of the tiler heap context, bytes (HEAP_SET). */
    heap = 0;
    blocked = null;
    syncWait = null;
    /** Count of memory changes when the blocked instruction was tried last. */
    triedAt = 0;
    /** Has a slot. */
    running = false;
    /** A fatal exception has ended it. */
    dead = false;
    constructor(group, options) {
        this.group = group;
        this.index = group.queues.push(this) - 1;
        this.priority = options.priority;
        this.ring = options.ring;
        this.ringVa = options.ringVa;
        this.ringSize = options.ringSize;
        this.regs = new Uint32Array(options.registers);
    }
    /** Whether there is an instruction to execute. */
    get hasWork() {
        return this.depth > 0 || this.ring.extract < this.ring.insert;
    }
    /** GPU address of the next instruction, bytes. */
    get pc() {
        return this.depth > 0 ? this.ip : this.ringVa + (this.ring.extract & (this.ringSize - 1));
    }
    /** Goes on behind the current instruction, and returns from blocks that end there. */
    advance() {
        if (this.depth === 0)
            this.ring.extract += INSTR_BYTES;
        else {
            this.ip += INSTR_BYTES;
            this.#returnAtEnd();
        }
    }
    /** BRANCH: `count` instructions on from the one after this, which has to be in the block (its end included). */
    branch(count) {
        const distance = (count + 1) * INSTR_BYTES;
        if (this.depth > 0) {
            const target = this.ip + distance;
            if (target < this.start || target > this.end)
                throw new StreamFatal(CS_INSTR_INVALID, this.ip);
            this.ip = target;
            this.#returnAtEnd();
            return;
        }
        const target = this.ring.extract + distance;
        const oldest = Math.max(0, this.ring.insert - this.ringSize);
        if (target < oldest || target > this.ring.insert)
            throw new StreamFatal(CS_INSTR_INVALID, this.pc);
        this.ring.extract = target;
    }
    /** CALL of a block; the caller has checked the depth. */
    call(va, size) {
        if (this.depth === 0)
            this.ring.extract += INSTR_BYTES;
        else
            this.#frames.push({ start: this.start, end: this.end, ip: this.ip + INSTR_BYTES });
        this.depth++;
        this.jump(va, size);
    }
    /** JUMP: the current block gives way to another one, with which it returns. */
    jump(va, size) {
        this.start = this.ip = va;
        this.end = va + size;
        this.#returnAtEnd();
    }
    #returnAtEnd() {
        while (this.depth > 0 && this.ip >= this.end) {
            this.depth--;
            const frame = this.#frames.pop();
            if (frame === undefined)
                return;
            this.start = frame.start;
            this.end = frame.end;
            this.ip = frame.ip;
        }
    }
    /** Number of a 32-bit register, or CS_INSTR_INVALID where there is none. */
    reg(index) {
        if (index >= this.regs.length)
            throw new StreamFatal(CS_INSTR_INVALID, this.pc);
        return index;
    }
    /** Number of the first of two registers, which has to be even: 64-bit operands are aligned. */
    pair(index) {
        if ((index & 1) !== 0 || index + 1 >= this.regs.length)
            throw new StreamFatal(CS_INSTR_INVALID, this.pc);
        return index;
    }
    /** An address in a pair of registers, bytes. Inexact from 2^53 on, where no address is valid. */
    address(index) {
        const i = this.pair(index);
        return this.regs[i + 1] * 0x100000000 + this.regs[i];
    }
}
//# sourceMappingURL=stream-queue.js.map