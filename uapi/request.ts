/** Request numbers as people and tools write them. */
import { _IOC, _IOC_NONE, _IOC_READ, _IOC_WRITE, DRM_COMMAND_BASE } from './ioctl.ts';

const DIRECTIONS: Readonly<Record<string, number>> = {
  _IOC_NONE,
  _IOC_READ,
  _IOC_WRITE,
  IO: _IOC_NONE,
  IOR: _IOC_READ,
  IOW: _IOC_WRITE,
  IOWR: _IOC_READ | _IOC_WRITE,
};

/** `_IOC(_IOC_READ|_IOC_WRITE, 0x64, 0x43, 0x18)`: strace, for what it has no name for. */
const IOC = /^_IOC\(\s*([^,]+),\s*([^,]+),\s*([^,]+),\s*([^,)]+)\)$/;
/** `_IOWR('d', 0x43, 0x18)`: macros of asm-generic/ioctl.h with the size in the place of the type. */
const MACRO = /^_(IO|IOR|IOW|IOWR)\(\s*([^,]+),\s*([^,)]+)(?:,\s*([^,)]+))?\)$/;
/** `0xc0186443 { IOWR 0x64('d'), 67, 24 }`: truss of FreeBSD; the number says it all. */
const TRUSS = /^(0[xX][0-9a-fA-F]+)\s*\{[^}]*\}$/;

/** Characters that a request may have. */
const LONGEST = 200;
/** `DRM_IOWR(0x43, struct drm_panthor_vm_bind)`: macros of drm.h, whose type is 'd'. */
const DRM_MACRO = /^DRM_(IO|IOR|IOW|IOWR)\(\s*/;

/**
 * The number that a text gives for a request, or null where it gives none (a name). `sizeOf` says how large a struct of that
 * name is, and null for one that it does not know.
 */
export function requestOf(
  text: string,
  sizeOf: (struct: string) => number | null = () => null,
): number | null {
  if (text.length > LONGEST) return null;
  const wanted = text
    .replace(/\/\*.*?\*\//g, ' ')
    .trim()
    .replace(DRM_MACRO, "_$1('d', ")
    .replace(/,\s*(?:struct\s+)?(drm_\w+)\s*\)$/, (all, name) => {
      const size = sizeOf(name);
      return size === null ? all : `, ${size})`;
    });
  if (/^(0[xX][0-9a-fA-F]+|[0-9]+)$/.test(wanted)) return word(wanted);
  // An int of 32 bits that a debugger printed with its sign.
  if (/^-[0-9]+$/.test(wanted)) return Number(wanted) >= -(2 ** 31) ? Number(wanted) >>> 0 : null;
  const truss = TRUSS.exec(wanted);
  if (truss !== null) return word(truss[1]);
  const ioc = IOC.exec(wanted);
  if (ioc !== null) return assemble(direction(ioc[1]), ioc.slice(2));
  const macro = MACRO.exec(wanted);
  return macro === null ? null : assemble(DIRECTIONS[macro[1]], [macro[2], macro[3], macro[4] ?? '0']);
}

/** A request is an unsigned int; a C library whose ioctl() takes an int hands it on with its sign. */
function word(text: string): number | null {
  const value = BigInt(text);
  if (value < 2n ** 32n) return Number(value);
  return value < 2n ** 64n && BigInt.asIntN(64, value) >= -(2n ** 31n) && value >= 2n ** 63n
    ? Number(BigInt.asUintN(32, value))
    : null;
}

/** `_IOC_READ|_IOC_WRITE` or a number. */
function direction(text: string): number | null {
  let bits = 0;
  for (const part of text.split('|')) {
    const word = part.trim();
    const value = DIRECTIONS[word] ?? integer(word);
    if (value === null || value > 3) return null;
    bits |= value;
  }
  return bits;
}

/** From type, number and size; null where one of them does not fit. */
function assemble(dir: number | null, parts: readonly string[]): number | null {
  const [type, nr, size] = parts.map((part) => integer(part.trim()));
  if (dir === null || type === null || nr === null || size === null) return null;
  return type > 0xff || nr > 0xff || size > 0x3fff ? null : _IOC(dir, type, nr, size);
}

function integer(text: string): number | null {
  const driver = /^DRM_COMMAND_BASE\s*\+\s*(.+)$/.exec(text);
  if (driver !== null) {
    const nr = integer(driver[1]);
    return nr === null ? null : DRM_COMMAND_BASE + nr;
  }
  if (/^(0[xX][0-9a-fA-F]+|[0-9]+)$/.test(text)) return Number(text);
  const letter = /^'(.)'$/.exec(text);
  return letter === null ? null : letter[1].charCodeAt(0);
}
