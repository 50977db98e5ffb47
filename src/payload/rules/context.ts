/** What the rules see of a payload, and how they say that the kernel refuses it. */

import type { EnumTable } from '../../../uapi/enumeration.ts';
import { E2BIG, EFAULT, EINVAL } from '../../../uapi/errno.ts';
import { hex } from '../../../uapi/hex.ts';
import { fieldAt, scalarSize } from '../../../uapi/layout.ts';
import { availableIn, type Since } from '../../../uapi/version.ts';
import { checkArrayStride, firstNonZero } from '../../../uapi/versioning.ts';
import type { BufferNode, Payload, StructNode } from '../payload.ts';
import { unknownBits } from '../symbols.ts';

/** A reason for which the kernel refuses a request. */
export interface Reject {
  readonly errno: number;
  /** The field: `ops[1].size`. */
  readonly path: string;
  readonly why: string;
  /** The kernel function that finds it. */
  readonly where: string;
}

/** The driver that is asked: what its uAPI version says of it, and what that does not. */
export interface Target {
  readonly major: number;
  readonly minor: number;
  /** Checks of the release, by the names of src/driver/kernels; the newest release's where they are missing. */
  readonly behaviours?: {
    readonly sparseMap: boolean;
    readonly userVaCheck: boolean;
    readonly boOffsetCheck: boolean;
    readonly mmuInfo: boolean;
    readonly setClientName: boolean;
  };
}

/** One struct of the payload, with what its rules need. */
export interface View {
  readonly node: StructNode;
  /** A scalar field by its path, unsigned; missing bytes are zero. */
  get(path: string): bigint;
  /** The buffer that a field leads to, where there is one. */
  buffer(path: string): BufferNode | undefined;
}

export class Context {
  readonly rejects: Reject[] = [];
  readonly payload: Payload;
  readonly uapi: Target;
  #where = '';

  constructor(payload: Payload, uapi: Target) {
    this.payload = payload;
    this.uapi = uapi;
  }

  /** Whether the driver has that check or feature; what is not known of it is taken from its uAPI version. */
  has(name: keyof NonNullable<Target['behaviours']>, since: Since = '1.0'): boolean {
    return this.uapi.behaviours?.[name] ?? availableIn(since, this.uapi);
  }

  get arg(): View {
    return view(this.payload.root);
  }

  /** Names the kernel function that the next rejects come from. */
  in(where: string): void {
    this.#where = where;
  }

  /** Notes a reason; the result is true, so that a rule can stop there. */
  reject(errno: number, path: string, why: string): true {
    this.rejects.push({ errno, path, why, where: this.#where });
    return true;
  }

  /** EINVAL when the condition holds. */
  invalid(condition: boolean, path: string, why: string): boolean {
    return condition && this.reject(EINVAL, path, why);
  }

  /** EINVAL when a padding field is not zero. */
  pad(struct: View, field = 'pad'): boolean {
    const { offset, field: found } = fieldAt(struct.node.layout, field);
    const at = firstNonZero(
      struct.node.bytes,
      offset,
      Math.min(offset + found.size, struct.node.bytes.length),
    );
    const byte = at < 0 ? 0 : struct.node.bytes[at];
    return this.invalid(at >= 0, pathOf(struct, field), `padding must be zero, byte ${at} is ${hex(byte)}`);
  }

  /** EINVAL for bits that the table does not define in this uAPI. */
  flags(struct: View, field: string, table: EnumTable, allowed?: readonly string[]): boolean {
    const rest = unknownBits(
      table,
      struct.get(field),
      (one) => availableIn(one.since ?? table.since, this.uapi) && (allowed?.includes(one.name) ?? true),
    );
    return this.invalid(rest !== 0n, pathOf(struct, field), `bits ${hex(rest)} are not allowed`);
  }

  /** One object of an array by itself: EINVAL when it is too short, E2BIG when what is too much is not zero. */
  object(node: StructNode): boolean {
    const { layout, bytes, path } = node;
    if (layout.minSize === undefined) return false;
    this.in('panthor_get_uobj_array');
    if (bytes.length < layout.minSize) {
      const need = `${layout.name} needs ${layout.minSize} (up to ${layout.lastMandatory})`;
      return this.reject(EINVAL, path, `${bytes.length} bytes, ${need}`);
    }
    const at = firstNonZero(bytes, layout.size, bytes.length);
    if (at < 0) return false;
    return this.reject(
      E2BIG,
      path,
      `byte ${at} is not zero, past the ${layout.size} bytes of ${layout.name}`,
    );
  }

  /**
   * PANTHOR_UOBJ_GET_ARRAY(): sizes, tails and memory of an object array. Returns the objects that can be looked at,
   * or null when the array is refused.
   */
  objects(struct: View, field: string): View[] | null {
    const where = this.#where;
    this.in('panthor_get_uobj_array');
    const found = this.#objects(struct, field);
    this.in(where);
    return found;
  }

  #objects(struct: View, field: string): View[] | null {
    const count = Number(struct.get(`${field}.count`));
    if (count === 0) return [];
    const stride = Number(struct.get(`${field}.stride`));
    const path = pathOf(struct, field);
    const { array } = fieldAt(struct.node.layout, field).field.info;
    const element = array?.element;
    if (element === undefined || typeof element === 'string') return [];
    if (checkArrayStride(element, stride, count) !== 0) {
      const need = `${element.name} needs ${element.minSize} (up to ${element.lastMandatory})`;
      this.reject(EINVAL, `${path}.stride`, `${stride} bytes, ${need}`);
      return null;
    }
    if (struct.get(`${field}.array`) === 0n) {
      this.reject(EFAULT, `${path}.array`, `NULL, with ${count} objects to read`);
      return null;
    }
    const buffer = struct.buffer(field);
    if (buffer === undefined || buffer.bytes === null) return [];
    for (const item of buffer.items) if (this.object(item)) return null;
    if (BigInt(buffer.bytes.length) < buffer.size) {
      this.reject(
        EFAULT,
        `${path}.array`,
        `${buffer.bytes.length} bytes are there, ${buffer.size} are needed`,
      );
      return null;
    }
    return buffer.items.map(view);
  }
}

/** The path of a field from the argument on. */
export function pathOf(struct: View, field: string): string {
  return struct.node.path === '' ? field : `${struct.node.path}.${field}`;
}

export function view(node: StructNode): View {
  return {
    node,
    get(path) {
      const { field, offset } = fieldAt(node.layout, path);
      const size = typeof field.type === 'string' ? scalarSize[field.type] : field.size;
      let value = 0n;
      for (let i = size - 1; i >= 0; i--) value = (value << 8n) | BigInt(node.bytes[offset + i] ?? 0);
      return value;
    },
    buffer(path) {
      const own = node.path === '' ? path : `${node.path}.${path}`;
      return node.buffers.find((one) => one.path === own);
    },
  };
}
