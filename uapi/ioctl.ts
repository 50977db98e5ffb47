/**
 * Ioctl request numbers (include/uapi/asm-generic/ioctl.h, used by x86-64 and arm64 alike): direction in bits 31:30,
 * size of the argument in 29:16, type letter in 15:8, number in 7:0.
 */
import type { Direction, StructLayout } from './layout.ts';
import type { Since } from './version.ts';

export const _IOC_NONE = 0;
export const _IOC_WRITE = 1;
export const _IOC_READ = 2;

/** _IOC(dir, type, nr, size) as an unsigned number. `size` is below 2^14. */
export function _IOC(dir: number, type: number, nr: number, size: number): number {
  return ((dir << 30) | (size << 16) | (type << 8) | nr) >>> 0;
}

/** _IOC_DIR(): a combination of _IOC_WRITE (user space to kernel) and _IOC_READ. */
export function _IOC_DIR(request: number): number {
  return request >>> 30;
}

/** _IOC_SIZE(): bytes of the argument that the caller claims, 0 to 16383. */
export function _IOC_SIZE(request: number): number {
  return (request >>> 16) & 0x3fff;
}

/** _IOC_TYPE(): the letter, 0x64 ('d') for DRM, 0x62 ('b') for dma-buf. */
export function _IOC_TYPE(request: number): number {
  return (request >>> 8) & 0xff;
}

/** _IOC_NR(). */
export function _IOC_NR(request: number): number {
  return request & 0xff;
}

/** 'd', DRM_IOCTL_BASE. */
export const DRM_IOCTL_BASE = 0x64;
/** Driver ioctls are numbered from here (drm.h). */
export const DRM_COMMAND_BASE = 0x40;
/** One past the last driver ioctl (drm.h). */
export const DRM_COMMAND_END = 0xa0;

/** A number read from a struct: where it lies and how wide it is, in bytes. */
export interface NumberRef {
  readonly path: string;
  readonly offset: number;
  readonly size: number;
}

/**
 * One user pointer of an ioctl argument, or of an element of another buffer, as data: enough for a C program to copy
 * the right bytes without knowing the struct. Offsets count from the start of the struct that holds the pointer.
 */
export interface BufferSpec {
  /** The pointer: 8 bytes. A NULL pointer means that there is no buffer. */
  readonly pointer: NumberRef;
  readonly dir: Direction;
  /**
   * Bytes of the buffer: `count` elements of `stride` bytes. For a byte count `stride` is 1 and `count` the field that
   * holds it; for a NUL-terminated string `count` is the most bytes that it may have, the NUL included.
   */
  readonly kind: 'bytes' | 'array' | 'string';
  readonly count: NumberRef | number;
  readonly stride: NumberRef | number;
  /** Layout of an element; null for scalars and text. */
  readonly element: StructLayout | null;
  /** Bytes of a scalar element, 1 for text, the struct's size otherwise. */
  readonly elementSize: number;
  readonly isText: boolean;
  /** Which struct it is, by the value of a field beside the pointer. */
  readonly variants?: {
    readonly selector: NumberRef;
    readonly structs: { readonly [value: number]: StructLayout };
  };
  /** Pointers inside each element. */
  readonly nested: readonly BufferSpec[];
}

export interface IoctlSpec {
  /** DRM_IOCTL_PANTHOR_VM_BIND. */
  readonly name: string;
  /** VM_BIND: what reports print. */
  readonly shortName: string;
  readonly type: number;
  /** _IOC_NR: 0x43. For driver ioctls DRM_COMMAND_BASE is included. */
  readonly nr: number;
  readonly request: number;
  readonly arg: StructLayout | null;
  readonly since?: Since;
  readonly buffers: readonly BufferSpec[];
  readonly doc: string;
}
