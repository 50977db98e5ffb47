/**
 * What the bits of each instruction mean, as data: src/panfrost/genxml/v10.xml of Mesa. For who shows or writes
 * streams; the interpreter takes its operands apart itself.
 */
import * as op from './opcodes.js';
const CONDITIONS = ['le', 'gt', 'eq', 'ne', 'lt', 'ge', 'always'];
const FLUSH = ['none', 'clean', undefined, 'clean_invalidate'];
const AXES = ['x', 'y', 'z'];
const reg = (name, start) => ({ name, start, bits: 8, kind: 'reg' });
const pair = (name, start) => ({ name, start, bits: 8, kind: 'pair' });
const uint = (name, start, bits) => ({
    name,
    start,
    bits,
    kind: 'uint',
});
const int = (name, start, bits) => ({
    name,
    start,
    bits,
    kind: 'int',
});
const mask = (name, start, bits) => ({
    name,
    start,
    bits,
    kind: 'mask',
});
const flag = (name, start) => ({ name, start, bits: 1, kind: 'flag' });
const choice = (name, start, bits, names) => ({ name, start, bits, kind: 'enum', names });
const progress = flag('progress_increment', 32);
/** Operands of asynchronous instructions: what to wait for, and which scoreboard entry to signal. */
const async = [mask('wait', 16, 16), uint('signal', 48, 4)];
const selects = [uint('srt', 40, 2), uint('spd', 42, 2), uint('tsd', 44, 2), uint('fau', 46, 2)];
const scope = choice('scope', 1, 2, ['system', undefined, 'csg']);
const addressLength = [pair('address', 40), reg('length', 32)];
const multiple = (base) => [
    reg(base, 48),
    pair('address', 40),
    mask('mask', 16, 16),
    int('offset', 0, 16),
];
const syncChange = (data) => [
    pair('address', 40),
    data,
    flag('propagate_error', 0),
    scope,
    ...async,
];
const syncWait = (data) => [
    pair('address', 40),
    data,
    choice('condition', 28, 4, CONDITIONS),
    flag('reject_error', 0),
];
function spec(name, opcode, fields = []) {
    return { name, opcode, fields };
}
/** All instructions that are known, by ascending opcode. */
export const INSTRUCTION_TABLE = [
    spec('NOP', op.NOP, [uint('ignored', 0, 48)]),
    spec('MOV48', op.MOV48, [pair('dst', 48), uint('imm', 0, 48)]),
    spec('MOV32', op.MOV32, [reg('dst', 48), uint('imm', 0, 32)]),
    spec('WAIT', op.WAIT, [mask('wait', 16, 16), progress]),
    spec('RUN_COMPUTE', op.RUN_COMPUTE, [
        uint('task_increment', 0, 14),
        choice('task_axis', 14, 2, AXES),
        progress,
        ...selects,
    ]),
    spec('RUN_TILING', op.RUN_TILING, [mask('flags_override', 0, 32), progress, ...selects]),
    spec('RUN_IDVS', op.RUN_IDVS, [
        mask('flags_override', 0, 32),
        progress,
        flag('malloc', 33),
        flag('draw_id_enable', 34),
        flag('varying_srt', 35),
        flag('varying_fau', 36),
        flag('varying_tsd', 37),
        flag('fragment_srt', 38),
        flag('fragment_tsd', 39),
        reg('draw_id', 40),
    ]),
    spec('RUN_FRAGMENT', op.RUN_FRAGMENT, [flag('enable_tem', 0), uint('tile_order', 4, 4), progress]),
    spec('RUN_FULLSCREEN', op.RUN_FULLSCREEN, [mask('flags_override', 0, 32), progress, pair('dcd', 40)]),
    spec('FINISH_TILING', op.FINISH_TILING, [progress]),
    spec('FINISH_FRAGMENT', op.FINISH_FRAGMENT, [
        flag('frag_end', 0),
        pair('last_chunk', 32),
        pair('first_chunk', 40),
        ...async,
    ]),
    spec('ADD_IMM32', op.ADD_IMM32, [reg('dst', 48), reg('src', 40), int('imm', 0, 32)]),
    spec('ADD_IMM64', op.ADD_IMM64, [pair('dst', 48), pair('src', 40), int('imm', 0, 32)]),
    spec('UMIN32', op.UMIN32, [reg('dst', 48), reg('src0', 40), reg('src1', 32)]),
    spec('LOAD_MULTIPLE', op.LOAD_MULTIPLE, multiple('dst')),
    spec('STORE_MULTIPLE', op.STORE_MULTIPLE, multiple('src')),
    spec('BRANCH', op.BRANCH, [reg('value', 40), choice('condition', 28, 3, CONDITIONS), int('offset', 0, 16)]),
    spec('SET_SB_ENTRY', op.SET_SB_ENTRY, [uint('endpoint', 0, 4), uint('other', 4, 4)]),
    spec('PROGRESS_WAIT', op.PROGRESS_WAIT, [pair('src', 40), uint('queue', 0, 5)]),
    spec('SET_EXCEPTION_HANDLER', op.SET_EXCEPTION_HANDLER, [uint('type', 0, 8), ...addressLength]),
    spec('CALL', op.CALL, addressLength),
    spec('JUMP', op.JUMP, addressLength),
    spec('REQ_RESOURCE', op.REQ_RESOURCE, [
        flag('compute', 0),
        flag('fragment', 1),
        flag('tiler', 2),
        flag('idvs', 3),
    ]),
    spec('FLUSH_CACHE2', op.FLUSH_CACHE2, [
        choice('l2', 0, 4, FLUSH),
        choice('lsc', 4, 4, FLUSH),
        choice('other', 8, 4, ['none', undefined, 'invalidate']),
        reg('flush_id', 40),
        ...async,
    ]),
    spec('SYNC_ADD32', op.SYNC_ADD32, syncChange(reg('data', 32))),
    spec('SYNC_SET32', op.SYNC_SET32, syncChange(reg('data', 32))),
    spec('SYNC_WAIT32', op.SYNC_WAIT32, syncWait(reg('data', 32))),
    spec('STORE_STATE', op.STORE_STATE, [
        pair('address', 40),
        int('offset', 0, 16),
        choice('state', 32, 8, ['timestamp', 'cycle_count', 'disjoint_count', 'error_status']),
        ...async,
    ]),
    spec('PROT_REGION', op.PROT_REGION, [uint('size', 0, 16)]),
    spec('PROGRESS_STORE', op.PROGRESS_STORE, [pair('src', 40)]),
    spec('PROGRESS_LOAD', op.PROGRESS_LOAD, [pair('dst', 48)]),
    spec('RUN_COMPUTE_INDIRECT', op.RUN_COMPUTE_INDIRECT, [
        uint('workgroups_per_task', 0, 16),
        progress,
        ...selects,
    ]),
    spec('ERROR_BARRIER', op.ERROR_BARRIER),
    spec('HEAP_SET', op.HEAP_SET, [pair('address', 40)]),
    spec('HEAP_OPERATION', op.HEAP_OPERATION, [
        choice('operation', 32, 2, ['vt_start', 'vt_end', undefined, 'frag_end']),
        ...async,
    ]),
    spec('TRACE_POINT', op.TRACE_POINT, [reg('base', 32), uint('count', 40, 8), ...async]),
    spec('SYNC_ADD64', op.SYNC_ADD64, syncChange(pair('data', 32))),
    spec('SYNC_SET64', op.SYNC_SET64, syncChange(pair('data', 32))),
    spec('SYNC_WAIT64', op.SYNC_WAIT64, syncWait(pair('data', 32))),
];
//# sourceMappingURL=instruction-table.js.map