/**
 * Opcodes of command-stream instructions of the v10 architecture (bits 63:56), as Mesa's src/panfrost/genxml/v10.xml
 * numbers them ("CS Opcode"). MOV48 and MOV32 are the kernel's names for MOVE48 and MOVE32.
 */
export const NOP = 0;
export const MOV48 = 1;
export const MOV32 = 2;
export const WAIT = 3;
export const RUN_COMPUTE = 4;
export const RUN_TILING = 5;
export const RUN_IDVS = 6;
export const RUN_FRAGMENT = 7;
export const RUN_FULLSCREEN = 8;
export const FINISH_TILING = 9;
export const FINISH_FRAGMENT = 11;
export const ADD_IMM32 = 16;
export const ADD_IMM64 = 17;
/** COMPARE_SELECT32 in the list of opcodes; the only form that is known takes the smaller one. */
export const UMIN32 = 18;
export const LOAD_MULTIPLE = 20;
export const STORE_MULTIPLE = 21;
export const BRANCH = 22;
export const SET_SB_ENTRY = 23;
export const PROGRESS_WAIT = 24;
export const SET_EXCEPTION_HANDLER = 25;
export const CALL = 32;
export const JUMP = 33;
export const REQ_RESOURCE = 34;
export const FLUSH_CACHE2 = 36;
export const SYNC_ADD32 = 37;
export const SYNC_SET32 = 38;
export const SYNC_WAIT32 = 39;
export const STORE_STATE = 40;
export const PROT_REGION = 41;
export const PROGRESS_STORE = 42;
export const PROGRESS_LOAD = 43;
export const RUN_COMPUTE_INDIRECT = 44;
export const ERROR_BARRIER = 47;
export const HEAP_SET = 48;
export const HEAP_OPERATION = 49;
export const TRACE_POINT = 50;
export const SYNC_ADD64 = 51;
export const SYNC_SET64 = 52;
export const SYNC_WAIT64 = 53;

/** "CS Condition": a signed comparison with 0 in BRANCH, an unsigned one with the given value in SYNC_WAIT. */
export const CONDITION_LE = 0;
export const CONDITION_GT = 1;
export const CONDITION_EQ = 2;
export const CONDITION_NE = 3;
export const CONDITION_LT = 4;
export const CONDITION_GE = 5;
export const CONDITION_ALWAYS = 6;

/** "CS Sync scope": who is notified of a SYNC_ADD or SYNC_SET. With SYSTEM the firmware interrupts the driver. */
export const SCOPE_SYSTEM = 0;
