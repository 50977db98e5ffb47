/** The register file: every access of the driver goes through here, is checked against the map, and may be traced. */
import {
  GPU_CMD,
  INT_CLEAR,
  INT_MASK,
  INT_RAWSTAT,
  INT_STAT,
  MMU_AS_BASE,
  MMU_AS_SHIFT,
  REG_ACTS,
  REG_PAIR,
  REG_READ,
  REG_WRITE,
  REGISTER_KINDS,
  REGISTER_SPACE,
  registerName,
} from './registers.ts';

/** An access that no driver may make: an unknown register, the wrong width or direction, or no power. */
export class RegisterAccessError extends Error {
  constructor(what: string, offset: number) {
    super(`${what} of register ${registerName(offset)}`);
    this.name = 'RegisterAccessError';
  }
}

/** Blocks behind the registers: what a write sets going and what a read finds. */
export interface RegisterBlocks {
  asCommand(as: number, command: number): void;
  /** AS_STATUS of a slot, as one read sees it. */
  asStatus(as: number): number;
  gpuCommand(command: number): void;
}

export interface RegisterTrace {
  write(offset: number, value: number): void;
  read(offset: number, value: number): void;
}

export class RegisterFile {
  readonly words = new Uint32Array(REGISTER_SPACE >> 2);
  trace: RegisterTrace | null = null;
  /** False while the GPU has no power or is unplugged: every access is then a violation. */
  reachable = true;
  readonly #blocks: RegisterBlocks;

  constructor(blocks: RegisterBlocks) {
    this.#blocks = blocks;
  }

  /** A 32-bit read. Throws RegisterAccessError for what is no readable register. */
  read32(offset: number): number {
    const kind = REGISTER_KINDS[offset >> 2];
    if ((kind & REG_READ) === 0 || (offset & 3) !== 0 || !this.reachable) this.#refuse('read', offset);
    const value = (kind & REG_ACTS) === 0 ? this.words[offset >> 2] : this.#compute(offset);
    if (this.trace !== null) this.trace.read(offset, value);
    return value;
  }

  /** A 32-bit write. Throws RegisterAccessError for what is no writable register. */
  write32(offset: number, value: number): void {
    const kind = REGISTER_KINDS[offset >> 2];
    if ((kind & REG_WRITE) === 0 || (offset & 3) !== 0 || !this.reachable) this.#refuse('write', offset);
    if (this.trace !== null) this.trace.write(offset, value >>> 0);
    if ((kind & REG_ACTS) === 0) this.words[offset >> 2] = value;
    else this.#act(offset, value);
  }

  /** A 64-bit register, written low word first as every panthor does. Words are given as two 32-bit halves. */
  write64(offset: number, lo: number, hi: number): void {
    if ((REGISTER_KINDS[offset >> 2] & REG_PAIR) === 0) throw new RegisterAccessError('64-bit write', offset);
    this.write32(offset, lo);
    this.write32(offset + 4, hi);
  }

  /** A 64-bit register as a Number; exact below 2^53, which every address register is. */
  read64(offset: number): number {
    if ((REGISTER_KINDS[offset >> 2] & REG_PAIR) === 0) throw new RegisterAccessError('64-bit read', offset);
    const lo = this.read32(offset);
    return this.read32(offset + 4) * 0x100000000 + lo;
  }

  /** AS_STATUS, or the STAT of an interrupt block. */
  #compute(offset: number): number {
    if (offset >= MMU_AS_BASE) return this.#blocks.asStatus((offset - MMU_AS_BASE) >> MMU_AS_SHIFT);
    const block = offset - INT_STAT;
    return (this.words[(block + INT_RAWSTAT) >> 2] & this.words[(block + INT_MASK) >> 2]) >>> 0;
  }

  /** AS_COMMAND, GPU_CMD, or the CLEAR of an interrupt block. */
  #act(offset: number, value: number): void {
    if (offset >= MMU_AS_BASE) this.#blocks.asCommand((offset - MMU_AS_BASE) >> MMU_AS_SHIFT, value);
    else if (offset === GPU_CMD) this.#blocks.gpuCommand(value);
    else this.words[(offset - INT_CLEAR + INT_RAWSTAT) >> 2] &= ~value;
  }

  #refuse(what: string, offset: number): never {
    const unknown = offset >>> 0 >= REGISTER_SPACE || (offset & 3) !== 0;
    if (unknown || this.reachable) throw new RegisterAccessError(`bad ${what}`, offset);
    throw new RegisterAccessError(`${what} while the device is gone or off`, offset);
  }
}
