/**
 * What can go wrong in a command stream: enum drm_panthor_exception_type in panthor_device.h. Names are those that
 * the kernel prints.
 */
import { hex } from '../../../uapi/hex.ts';
import { EXCEPTION_TYPES } from '../exception-types.ts';

export const CS_BUS_FAULT = 0x48;
export const CS_INSTR_INVALID = 0x49;
export const CS_CALL_STACK_OVERFLOW = 0x4a;
export const CS_INHERIT_FAULT = 0x4b;
/** Of the MMU, bits 7:0 of AS_FAULTSTATUS; the level of the page table is added to the first two. */
export const TRANSLATION_FAULT = 0xc0;
export const PERM_FAULT = 0xc8;
/** The address has more bits than the address space. */
export const ADDR_SIZE_FAULT_IN = 0xe0;

/** panthor_exception_name(). */
export function exceptionName(type: number): string {
  return EXCEPTION_TYPES[type]?.[0] ?? hex(type);
}

/** Ends a stream: the firmware reports it as CS_FATAL, and the group is lost. Thrown inside the instruction. */
export class StreamFatal extends Error {
  /** CS_FATAL.EXCEPTION_TYPE */
  readonly type: number;
  /** CS_FATAL_INFO: the address of the access or of the instruction, bytes. */
  readonly info: number;

  constructor(type: number, info: number) {
    super(exceptionName(type));
    this.name = 'StreamFatal';
    this.type = type;
    this.info = info;
  }
}
