/** The register file: every access of the driver goes through here, is checked against the map, and may be traced. */
import {
  GPU_CMD,
  INT_CLEAR,
  INT_MASK,
  INT_RAWSTAT,
  INT_STAT,
  MMU_AS_BASE,
  MMU_AS_SHIFT,
  PWR_COMMAND,
  REG_ACTS,
  REG_PAIR,
  REG_READ,
  REG_STATUS,
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
  pwrCommand(command: number): void;
}

export interface RegisterTrace {
  write(offset: number, value: number): void;
  read(offset: number, value: number): void;
}

/** Bits of RegisterFile's access table: an access that is nothing but a load or a store of the word. */
const PLAIN_READ = 1;
const PLAIN_WRITE = 2;
/** A write that sets something going, and a read that is computed. Without any of the four, an access is looked into. */
const ACTING_WRITE = 4;
const COMPUTED_READ = 8;

/** An access table by byte offset; registers whose kind has one of the bits `acting` are more than their word. */
function accessTable(acting: number): Uint8Array {
  const table = new Uint8Array(REGISTER_SPACE);
  REGISTER_KINDS.forEach((kind, word) => {
    const acts = (kind & acting) !== 0;
    if ((kind & REG_READ) !== 0) table[word << 2] |= acts ? COMPUTED_READ : PLAIN_READ;
    if ((kind & REG_WRITE) !== 0) table[word << 2] |= acts ? ACTING_WRITE : PLAIN_WRITE;
  });
  return table;
}

const STATUS_IS_PLAIN = accessTable(REG_ACTS);
const STATUS_IS_COMPUTED = accessTable(REG_ACTS | REG_STATUS);
const LOOK_INTO_EACH = new Uint8Array(REGISTER_SPACE);

export class RegisterFile {
  readonly words = new Uint32Array(REGISTER_SPACE >> 2);
  readonly #blocks: RegisterBlocks;
  /** How each byte offset may be accessed while there is no trace: bits as above, none where there is no register. */
  #access = STATUS_IS_PLAIN;
  #trace: RegisterTrace | null = null;
  #reachable = true;
  #computesStatus = false;

  constructor(blocks: RegisterBlocks) {
    this.#blocks = blocks;
  }

  get trace(): RegisterTrace | null {
    return this.#trace;
  }

  set trace(trace: RegisterTrace | null) {
    this.#trace = trace;
    this.#sort();
  }

  /** False while the GPU has no power or is unplugged: every access is then a violation. */
  get reachable(): boolean {
    return this.#reachable;
  }

  set reachable(reachable: boolean) {
    this.#reachable = reachable;
    this.#sort();
  }

  /** Whether AS_STATUS is asked of the MMU at every read; otherwise no command ever takes time and it reads 0. */
  set computesStatus(computes: boolean) {
    this.#computesStatus = computes;
    this.#sort();
  }

  /** A 32-bit read. Throws RegisterAccessError for what is no readable register. */
  read32(offset: number): number {
    const access = this.#access[offset];
    if ((access & PLAIN_READ) !== 0) return this.words[offset >> 2];
    return (access & COMPUTED_READ) !== 0 ? this.#compute(offset) : this.#read(offset);
  }

  /** A 32-bit write. Throws RegisterAccessError for what is no writable register. */
  write32(offset: number, value: number): void {
    const access = this.#access[offset];
    if ((access & PLAIN_WRITE) !== 0) this.words[offset >> 2] = value;
    else if ((access & ACTING_WRITE) !== 0) this.#act(offset, value);
    else this.#write(offset, value);
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

  /** Picks the access table: it depends on who watches and on what is there. */
  #sort(): void {
    if (this.#trace !== null || !this.#reachable) this.#access = LOOK_INTO_EACH;
    else this.#access = this.#computesStatus ? STATUS_IS_COMPUTED : STATUS_IS_PLAIN;
  }

  #read(offset: number): number {
    const kind = this.#check('read', offset, REG_READ);
    const value = (kind & (REG_ACTS | REG_STATUS)) === 0 ? this.words[offset >> 2] : this.#compute(offset);
    if (this.#trace !== null) this.#trace.read(offset, value);
    return value;
  }

  #write(offset: number, value: number): void {
    const kind = this.#check('write', offset, REG_WRITE);
    if (this.#trace !== null) this.#trace.write(offset, value >>> 0);
    if ((kind & REG_ACTS) === 0) this.words[offset >> 2] = value;
    else this.#act(offset, value);
  }

  /** AS_STATUS, or the STAT of an interrupt block. */
  #compute(offset: number): number {
    if (offset >= MMU_AS_BASE) return this.#blocks.asStatus((offset - MMU_AS_BASE) >> MMU_AS_SHIFT);
    const block = offset - INT_STAT;
    return (this.words[(block + INT_RAWSTAT) >> 2] & this.words[(block + INT_MASK) >> 2]) >>> 0;
  }

  /** AS_COMMAND, GPU_CMD, PWR_COMMAND, or the CLEAR of an interrupt block. */
  #act(offset: number, value: number): void {
    if (offset >= MMU_AS_BASE) this.#blocks.asCommand((offset - MMU_AS_BASE) >> MMU_AS_SHIFT, value);
    else if (offset === GPU_CMD) this.#blocks.gpuCommand(value);
    else if (offset === PWR_COMMAND) this.#blocks.pwrCommand(value);
    else this.words[(offset - INT_CLEAR + INT_RAWSTAT) >> 2] &= ~value;
  }

  /** The kind of the register at `offset`, if it may be accessed in that way. */
  #check(what: string, offset: number, way: number): number {
    const kind = (offset & 3) === 0 ? (REGISTER_KINDS[offset >>> 2] ?? 0) : 0;
    if ((kind & way) === 0) throw new RegisterAccessError(`bad ${what}`, offset);
    if (!this.#reachable) throw new RegisterAccessError(`${what} while the device is gone or off`, offset);
    return kind;
  }
}
