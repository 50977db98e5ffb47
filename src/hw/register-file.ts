/** The register file: every access of the driver goes through here, is checked against the map, and may be traced. */
import {
  AS_COMMAND,
  AS_STATUS,
  GPU_CMD,
  GPU_INT_BASE,
  INT_CLEAR,
  INT_MASK,
  INT_RAWSTAT,
  INT_STAT,
  MMU_AS_BASE,
  MMU_AS_SHIFT,
  MMU_INT_BASE,
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
    this.#check('read', offset, REG_READ);
    let value = this.words[offset >> 2];
    if (offset >= MMU_AS_BASE) {
      if ((offset & 0x3f) === AS_STATUS)
        value = this.#blocks.asStatus((offset - MMU_AS_BASE) >> MMU_AS_SHIFT);
    } else if (offset === MMU_INT_BASE + INT_STAT || offset === GPU_INT_BASE + INT_STAT) {
      const block = offset - INT_STAT;
      value = (this.words[(block + INT_RAWSTAT) >> 2] & this.words[(block + INT_MASK) >> 2]) >>> 0;
    }
    if (this.trace !== null) this.trace.read(offset, value);
    return value;
  }

  /** A 32-bit write. Throws RegisterAccessError for what is no writable register. */
  write32(offset: number, value: number): void {
    this.#check('write', offset, REG_WRITE);
    if (this.trace !== null) this.trace.write(offset, value >>> 0);
    if (offset >= MMU_AS_BASE) {
      if ((offset & 0x3f) === AS_COMMAND) {
        this.#blocks.asCommand((offset - MMU_AS_BASE) >> MMU_AS_SHIFT, value);
        return;
      }
    } else if (offset === GPU_CMD) {
      this.#blocks.gpuCommand(value);
      return;
    } else if (offset === MMU_INT_BASE + INT_CLEAR || offset === GPU_INT_BASE + INT_CLEAR) {
      this.words[(offset - INT_CLEAR + INT_RAWSTAT) >> 2] &= ~value;
      return;
    }
    this.words[offset >> 2] = value;
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

  #check(what: string, offset: number, kind: number): void {
    if ((offset & 3) !== 0 || offset >>> 0 >= REGISTER_SPACE || (REGISTER_KINDS[offset >> 2] & kind) === 0) {
      throw new RegisterAccessError(`bad ${what}`, offset);
    }
    if (!this.reachable) throw new RegisterAccessError(`${what} while the device is gone or off`, offset);
  }
}
