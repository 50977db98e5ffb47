/**
 * Words of the MMU taken apart: registers of an address space (panthor_mmu_regs.h) and descriptors of its page tables
 * (VMSAv8-64, Arm Architecture Reference Manual D8.3). Values are BigInts of at most 64 bits.
 */
import { hex } from '../../uapi/hex.ts';
import { decodeFaultStatus } from '../hw/fault-status.ts';
import { AS_COMMAND_NAMES } from '../hw/registers.ts';

/** One field: its bits, its value, and what that means. */
export interface WordField {
  /** "63:12", "7". */
  bits: string;
  name: string;
  value: bigint;
  meaning: string;
}

const sizeText = (log2: number): string =>
  log2 >= 64
    ? 'everything'
    : log2 >= 30
      ? `${2 ** (log2 - 30)} GiB`
      : log2 >= 20
        ? `${2 ** (log2 - 20)} MiB`
        : `${2 ** (log2 - 10)} KiB`;

/** Bits high:low of a word. */
function field(
  word: bigint,
  high: number,
  low: number,
  name: string,
  meaning: (value: number) => string,
): WordField {
  const value = (word >> BigInt(low)) & ((1n << BigInt(high - low + 1)) - 1n);
  return { bits: high === low ? `${low}` : `${high}:${low}`, name, value, meaning: meaning(Number(value)) };
}

const pick =
  (names: readonly string[], other = 'reserved') =>
  (value: number): string =>
    names[value] ?? other;
const flag =
  (yes: string, no = '') =>
  (value: number): string =>
    value !== 0 ? yes : no;

function faultStatus(word: bigint): WordField[] {
  const status = decodeFaultStatus(Number(word & 0xffffffffn));
  return [
    field(word, 31, 16, 'SOURCE_ID', () => 'the unit of the GPU that asked'),
    field(word, 15, 10, 'rest', (v) => (v === 0 ? '' : 'not named by the driver')),
    field(word, 9, 8, 'ACCESS_TYPE', () => status.access),
    field(word, 7, 0, 'EXCEPTION_TYPE', () => `${status.name}: ${status.meaning}`),
  ];
}

function transcfg(word: bigint): WordField[] {
  const modes = ['', 'UNMAPPED', 'IDENTITY', '', '', '', 'AARCH64_4K', '', 'AARCH64_64K'];
  const shareable = ['not shareable (NS)', 'reserved', 'outer shareable (OS)', 'inner shareable (IS)'];
  return [
    field(word, 36, 36, 'XREADABLE', flag('executable pages are readable')),
    field(word, 35, 35, 'WXN', flag('writable pages are not executable')),
    field(word, 34, 34, 'DISABLE_AF_FAULT', flag('no faults of the access flag')),
    field(word, 33, 33, 'DISABLE_HIER_AP', flag('permissions of tables are ignored')),
    field(word, 30, 30, 'PTW_RA', flag('walks allocate in the cache on reads')),
    field(word, 29, 28, 'PTW_SH', (v) => `walks ${shareable[v]}`),
    field(
      word,
      25,
      24,
      'PTW_MEMATTR',
      pick(['reserved', 'walks non-cacheable (NC)', 'walks write-back (WB)']),
    ),
    field(word, 22, 22, 'SL_CONCAT', flag('root tables are concatenated')),
    field(word, 18, 14, 'OUTA_BITS', (v) => (v === 0 ? '' : `${v}`)),
    field(word, 10, 6, 'INA_BITS', (v) => (v === 0 ? '' : `${55 - v} bits of input address`)),
    field(word, 3, 0, 'ADRMODE', (v) => modes[v] || 'reserved'),
  ];
}

function memattr(word: bigint): WordField[] {
  return Array.from({ length: 8 }, (_, i) => {
    const low = 8 * (7 - i);
    return field(word, low + 7, low, `ATTR${7 - i}`, attribute);
  });
}

/** One byte of AS_MEMATTR: cacheability 7:6, shareability 5:4, allocation 3:2, and the inner cache's hints 1:0. */
function attribute(byte: number): string {
  const cache = ['shared', 'non-cacheable', 'write-back', 'fault'][byte >> 6];
  const share = ['Midgard inner', 'CPU inner', 'CPU inner, shader coherent', 'reserved'][(byte >> 4) & 3];
  const hints = `${(byte & 2) !== 0 ? 'read' : ''}${(byte & 1) !== 0 ? 'write' : ''}` || 'none';
  const allocation = [
    'none',
    'reserved',
    'by the implementation',
    `explicit (${hints.replace('readwrite', 'read, write')})`,
  ];
  return `${cache}, ${share}, allocation ${allocation[(byte >> 2) & 3]}`;
}

function lockaddr(word: bigint): WordField[] {
  const width = Number(word & 0x3fn) + 1;
  // The region begins at a multiple of its size, whatever the bits below say; the smallest is 32 KiB.
  const log2 = Math.max(width, 15);
  const base = log2 >= 64 ? 0n : (word >> BigInt(log2)) << BigInt(log2);
  const end = log2 >= 64 ? 1n << 64n : base + (1n << BigInt(log2));
  return [
    field(word, 63, 12, 'LOCKADDR_BASE', () => `locks ${hex(base)}..${hex(end)}`),
    field(
      word,
      5,
      0,
      'LOCKADDR_SIZE',
      () =>
        `2^${width} bytes${width < 15 ? ', less than the smallest region, 32 KiB' : ` (${sizeText(width)})`}`,
    ),
  ];
}

function pte(word: bigint): WordField[] {
  const type = Number(word & 3n);
  const leaf = type !== 0;
  const fields = [
    field(
      word,
      1,
      0,
      'type',
      pick(['invalid', 'block (levels 1 and 2)', 'invalid', 'table, or page at level 3']),
    ),
  ];
  if (!leaf || type === 2) return fields;
  return [
    field(word, 63, 63, 'NSTable/—', (v) => (v === 0 ? '' : 'set')),
    field(word, 54, 54, 'UXN', flag('no execute', 'executable')),
    field(word, 53, 53, 'PXN', flag('no execute (privileged)')),
    field(word, 47, 12, 'address', (v) => hex(BigInt(v) << 12n)),
    field(word, 11, 11, 'nG', flag('not global')),
    field(word, 10, 10, 'AF', flag('accessed', 'access flag not set')),
    field(word, 9, 8, 'SH', pick(['not shareable', 'reserved', 'outer shareable', 'inner shareable'])),
    field(
      word,
      7,
      6,
      'AP',
      pick(['read-write, privileged', 'read-write', 'read-only, privileged', 'read-only']),
    ),
    field(word, 4, 2, 'AttrIndx', (v) => `attribute ${v} of AS_MEMATTR`),
    ...fields,
  ];
}

/** What can be asked for, by the kernel's names. */
export const WORDS: Readonly<Record<string, { bits: 32 | 64; fields: (word: bigint) => WordField[] }>> = {
  AS_FAULTSTATUS: { bits: 32, fields: faultStatus },
  AS_TRANSCFG: { bits: 64, fields: transcfg },
  AS_MEMATTR: { bits: 64, fields: memattr },
  AS_LOCKADDR: { bits: 64, fields: lockaddr },
  AS_TRANSTAB: {
    bits: 64,
    fields: (word) => [field(word, 63, 12, 'base', (v) => `the root table at ${hex(BigInt(v) << 12n)}`)],
  },
  AS_STATUS: {
    bits: 32,
    fields: (word) => [field(word, 0, 0, 'AS_ACTIVE', flag('a command is running', 'idle'))],
  },
  AS_COMMAND: { bits: 32, fields: (word) => [field(word, 7, 0, 'COMMAND', pick(AS_COMMAND_NAMES))] },
  PTE: { bits: 64, fields: pte },
};

/** "AS_FAULTSTATUS 0x210002c1" and a line a field. */
export function wordText(name: string, word: bigint): string {
  const rows = WORDS[name].fields(word);
  const width = Math.max(...rows.map((row) => row.name.length));
  const lines = rows.map(({ bits, name: label, value, meaning }) =>
    `  ${bits.padStart(5)}  ${label.padEnd(width)}  ${hex(value).padEnd(6)} ${meaning}`.trimEnd(),
  );
  return `${[`${name} ${hex(word)}`, ...lines].join('\n')}\n`;
}
