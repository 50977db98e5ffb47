/**
 * What can go wrong in a command stream: enum drm_panthor_exception_type in panthor_device.h. Names are those that
 * the kernel prints.
 */
export const CS_BUS_FAULT = 0x48;
export const CS_INSTR_INVALID = 0x49;
export const CS_CALL_STACK_OVERFLOW = 0x4a;
export const CS_INHERIT_FAULT = 0x4b;
/** Of the MMU, bits 7:0 of AS_FAULTSTATUS; the level of the page table is added to the first two. */
export const TRANSLATION_FAULT = 0xc0;
export const PERM_FAULT = 0xc8;
/** The address has more bits than the address space. */
export const ADDR_SIZE_FAULT_IN = 0xe0;
const NAMES = {
    [CS_BUS_FAULT]: 'CS_BUS_FAULT',
    [CS_INSTR_INVALID]: 'CS_INSTR_INVALID',
    [CS_CALL_STACK_OVERFLOW]: 'CS_CALL_STACK_OVERFLOW',
    [CS_INHERIT_FAULT]: 'CS_INHERIT_FAULT',
    [ADDR_SIZE_FAULT_IN]: 'ADDR_SIZE_FAULT_IN',
};
for (let level = 0; level < 4; level++) {
    NAMES[TRANSLATION_FAULT + level] = `TRANSLATION_FAULT_${level}`;
    NAMES[PERM_FAULT + level] = `PERM_FAULT_${level}`;
}
/** panthor_exception_name() for the exceptions that the model raises. */
export function exceptionName(type) {
    return NAMES[type] ?? `0x${type.toString(16)}`;
}
/** Ends a stream: the firmware reports it as CS_FATAL, and the group is lost. Thrown inside the instruction. */
export class StreamFatal extends Error {
    /** CS_FATAL.EXCEPTION_TYPE */
    type;
    /** CS_FATAL_INFO: the address of the access or of the instruction, bytes. */
    info;
    constructor(type, info) {
        super(exceptionName(type));
        this.name = 'StreamFatal';
        this.type = type;
        this.info = info;
    }
}
//# sourceMappingURL=exceptions.js.map