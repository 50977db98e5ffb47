/**
 * Register map of a CSF Mali GPU as panthor sees it. Offsets and bits are those of panthor_gpu_regs.h and
 * panthor_mmu_regs.h (panthor_regs.h before 7.0), in bytes from the start of the GPU's MMIO range. Registers are 32 bits
 * wide; 64-bit ones are pairs, low word first.
 */
import { hex } from '../../uapi/hex.ts';

export const GPU_ID = 0x0;
export const GPU_L2_FEATURES = 0x4;
export const GPU_CORE_FEATURES = 0x8;
export const GPU_TILER_FEATURES = 0xc;
export const GPU_MEM_FEATURES = 0x10;
export const GPU_MMU_FEATURES = 0x14;
export const GPU_AS_PRESENT = 0x18;
export const GPU_CSF_ID = 0x1c;

/** The four registers of each interrupt block, from the block's base. */
export const INT_RAWSTAT = 0x0;
export const INT_CLEAR = 0x4;
export const INT_MASK = 0x8;
export const INT_STAT = 0xc;

export const GPU_INT_BASE = 0x20;
export const GPU_IRQ_FAULT = 1 << 0;
export const GPU_IRQ_PROTM_FAULT = 1 << 1;
export const GPU_IRQ_RESET_COMPLETED = 1 << 8;
export const GPU_IRQ_CLEAN_CACHES_COMPLETED = 1 << 17;

export const GPU_CMD = 0x30;
export const GPU_SOFT_RESET = 1 | (1 << 8);
export const CACHE_CLEAN = 1 << 0;
export const CACHE_INV = 1 << 1;

/** GPU_CMD value that flushes the L2, the load/store caches and the others, each with CACHE_CLEAN and CACHE_INV bits. */
export function gpuFlushCaches(l2: number, lsc: number, other: number): number {
  return 4 | (l2 << 8) | (lsc << 12) | (other << 16);
}

export const GPU_STATUS = 0x34;
export const GPU_TIMESTAMP_OFFSET = 0x88;
export const GPU_CYCLE_COUNT = 0x90;
export const GPU_TIMESTAMP = 0x98;
export const GPU_SHADER_PRESENT = 0x100;
export const GPU_TILER_PRESENT = 0x110;
export const GPU_L2_PRESENT = 0x120;
export const GPU_COHERENCY_FEATURES = 0x300;
export const GPU_COHERENCY_PROTOCOL = 0x304;

/** PWR_CONTROL (panthor_pwr_regs.h): GPUs from architecture 14 on have it. Interrupts first, as in the other blocks. */
export const PWR_INT_BASE = 0x800;
export const PWR_IRQ_RESET_COMPLETED = 1 << 3;
export const PWR_STATUS = 0x820;
/** Bit 33 of PWR_STATUS, in its high word: a soft reset may be asked for. */
export const PWR_STATUS_ALLOW_SOFT_RESET_HI = 1 << 1;
export const PWR_COMMAND = 0x828;
export const PWR_COMMAND_RESET_SOFT = 0x31;
export const PWR_CMDARG = 0x830;

export const MMU_INT_BASE = 0x2000;

export const MMU_AS_BASE = 0x2400;
/** Bytes from one address space's registers to the next, as a shift. */
export const MMU_AS_SHIFT = 6;
/** Slots that the register map has room for; GPU_AS_PRESENT says which exist. */
export const MAX_AS_SLOTS = 32;

export const AS_TRANSTAB = 0x0;
export const AS_MEMATTR = 0x8;
export const AS_LOCKADDR = 0x10;
export const AS_COMMAND = 0x18;
export const AS_FAULTSTATUS = 0x1c;
export const AS_FAULTADDRESS = 0x20;
export const AS_STATUS = 0x28;
export const AS_TRANSCFG = 0x30;
export const AS_FAULTEXTRA = 0x38;

export const AS_COMMAND_NOP = 0;
export const AS_COMMAND_UPDATE = 1;
export const AS_COMMAND_LOCK = 2;
export const AS_COMMAND_UNLOCK = 3;
export const AS_COMMAND_FLUSH_PT = 4;
export const AS_COMMAND_FLUSH_MEM = 5;
export const AS_COMMAND_NAMES = ['NOP', 'UPDATE', 'LOCK', 'UNLOCK', 'FLUSH_PT', 'FLUSH_MEM'] as const;

export const AS_STATUS_AS_ACTIVE = 1 << 0;
/** Bytes of the smallest region that LOCK can lock. */
export const AS_LOCK_REGION_MIN_SIZE = 1 << 15;

export const AS_TRANSCFG_ADRMODE_UNMAPPED = 1;
export const AS_TRANSCFG_ADRMODE_AARCH64_4K = 6;
export const AS_TRANSCFG_PTW_MEMATTR_WB = 2 << 24;
export const AS_TRANSCFG_PTW_SH_OS = 2 << 28;
export const AS_TRANSCFG_PTW_RA = 1 << 30;

export const AS_MEMATTR_INNER_OUTER_NC = 1 << 6;
export const AS_MEMATTR_INNER_OUTER_WB = 2 << 6;
export const AS_MEMATTR_SH_MIDGARD_INNER = 0 << 4;
export const AS_MEMATTR_SH_CPU_INNER = 1 << 4;

/** Access type, bits 9:8 of AS_FAULTSTATUS. */
export const AS_FAULTSTATUS_ACCESS_TYPES = ['ATOMIC', 'EXECUTE', 'READ', 'WRITE'] as const;

/** Byte offset of a register of address space `as` (0..31). */
export function asRegister(as: number, reg: number): number {
  return MMU_AS_BASE + (as << MMU_AS_SHIFT) + reg;
}

const GPU_NAMES: Record<number, string> = {
  [GPU_ID]: 'GPU_ID',
  [GPU_L2_FEATURES]: 'GPU_L2_FEATURES',
  [GPU_CORE_FEATURES]: 'GPU_CORE_FEATURES',
  [GPU_TILER_FEATURES]: 'GPU_TILER_FEATURES',
  [GPU_MEM_FEATURES]: 'GPU_MEM_FEATURES',
  [GPU_MMU_FEATURES]: 'GPU_MMU_FEATURES',
  [GPU_AS_PRESENT]: 'GPU_AS_PRESENT',
  [GPU_CSF_ID]: 'GPU_CSF_ID',
  [GPU_CMD]: 'GPU_CMD',
  [PWR_COMMAND]: 'PWR_COMMAND',
  [GPU_STATUS]: 'GPU_STATUS',
  [GPU_COHERENCY_FEATURES]: 'GPU_COHERENCY_FEATURES',
  [GPU_COHERENCY_PROTOCOL]: 'GPU_COHERENCY_PROTOCOL',
};
const GPU_PAIRS: Record<number, string> = {
  [GPU_TIMESTAMP_OFFSET]: 'GPU_TIMESTAMP_OFFSET',
  [GPU_CYCLE_COUNT]: 'GPU_CYCLE_COUNT',
  [GPU_TIMESTAMP]: 'GPU_TIMESTAMP',
  [GPU_SHADER_PRESENT]: 'GPU_SHADER_PRESENT',
  [GPU_TILER_PRESENT]: 'GPU_TILER_PRESENT',
  [GPU_L2_PRESENT]: 'GPU_L2_PRESENT',
  [PWR_STATUS]: 'PWR_STATUS',
  [PWR_CMDARG]: 'PWR_CMDARG',
};
/** Registers of the tables above whose writes set something going, and 64-bit ones that may be written. */
const COMMANDS = new Set(['GPU_CMD', 'PWR_COMMAND']);
const WRITABLE_PAIRS = new Set(['GPU_TIMESTAMP_OFFSET', 'PWR_CMDARG']);
const INT_NAMES: Record<number, string> = {
  [INT_RAWSTAT]: 'RAWSTAT',
  [INT_CLEAR]: 'CLEAR',
  [INT_MASK]: 'MASK',
  [INT_STAT]: 'STAT',
};
const AS_NAMES: Record<number, string> = {
  [AS_COMMAND]: 'COMMAND',
  [AS_FAULTSTATUS]: 'FAULTSTATUS',
  [AS_STATUS]: 'STATUS',
};
const AS_PAIRS: Record<number, string> = {
  [AS_TRANSTAB]: 'TRANSTAB',
  [AS_MEMATTR]: 'MEMATTR',
  [AS_LOCKADDR]: 'LOCKADDR',
  [AS_FAULTADDRESS]: 'FAULTADDRESS',
  [AS_TRANSCFG]: 'TRANSCFG',
  [AS_FAULTEXTRA]: 'FAULTEXTRA',
};

/** How a word of the register map may be used; 0 where there is no register. */
export const REG_READ = 1;
export const REG_WRITE = 2;
/** The low word of a 64-bit pair. */
export const REG_PAIR = 4;
/** Reads are computed, or writes do more than store the value. */
export const REG_ACTS = 8;
/** AS_STATUS, whose reads are computed where commands take time. */
export const REG_STATUS = 16;

/** Bytes of MMIO that the map spans. */
export const REGISTER_SPACE = MMU_AS_BASE + (MAX_AS_SLOTS << MMU_AS_SHIFT);
/** REG_* bits of each word of the map. */
export const REGISTER_KINDS = new Uint8Array(REGISTER_SPACE >> 2);
const names: string[] = [];

function define(offset: number, name: string, kind: number): void {
  names[offset >> 2] = name;
  REGISTER_KINDS[offset >> 2] = kind;
}

function definePair(offset: number, name: string, kind: number): void {
  define(offset, `${name}_LO`, kind | REG_PAIR);
  define(offset + 4, `${name}_HI`, kind);
}

for (const [offset, name] of Object.entries(GPU_NAMES)) {
  define(Number(offset), name, COMMANDS.has(name) ? REG_WRITE | REG_ACTS : REG_READ);
}
for (const [offset, name] of Object.entries(GPU_PAIRS)) {
  definePair(Number(offset), name, WRITABLE_PAIRS.has(name) ? REG_READ | REG_WRITE : REG_READ);
}
for (const [base, block] of [
  [GPU_INT_BASE, 'GPU_INT'],
  [PWR_INT_BASE, 'PWR_INT'],
  [MMU_INT_BASE, 'MMU_INT'],
] as const) {
  for (const [offset, name] of Object.entries(INT_NAMES)) {
    const kind =
      name === 'CLEAR' ? REG_WRITE | REG_ACTS : name === 'STAT' ? REG_READ | REG_ACTS : REG_READ | REG_WRITE;
    define(base + Number(offset), `${block}_${name}`, kind);
  }
}
for (let as = 0; as < MAX_AS_SLOTS; as++) {
  for (const [offset, name] of Object.entries(AS_NAMES)) {
    const kind =
      name === 'COMMAND' ? REG_WRITE | REG_ACTS : name === 'STATUS' ? REG_READ | REG_STATUS : REG_READ;
    define(asRegister(as, Number(offset)), `AS${as}_${name}`, kind);
  }
  for (const [offset, name] of Object.entries(AS_PAIRS)) {
    const kind = name.startsWith('FAULT') ? REG_READ : REG_READ | REG_WRITE;
    definePair(asRegister(as, Number(offset)), `AS${as}_${name}`, kind);
  }
}

/** The kernel's name of the register at a byte offset ("AS1_LOCKADDR_LO"), or "0x…" where there is none. */
export function registerName(offset: number): string {
  return names[offset >> 2] ?? hex(offset);
}
