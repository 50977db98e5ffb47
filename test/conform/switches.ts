/**
 * For every behaviour and every kernel, what shows that it is there: vector streams whose outcomes are the kernel's no
 * longer once the behaviour is switched (off where the kernel has it, on where it does not).
 *
 * The streams were found by playing all of them with each behaviour switched, and are those that the fewest other
 * switches break.
 */
import type { KernelName } from '../../src/driver/kernels.ts';

/** Names of streams in the edge file of a kernel; 7.3 plays those of 7.2, and what the fixtures lack of 6.18 and 7.1 too. */
type Streams = readonly string[];

/**
 * Switching the behaviour alone changes nothing on this kernel, since it concerns code that runs only with `needs`,
 * but with `needs` as well it changes what comes out of `stream`.
 */
export interface Dormant {
  needs: string;
  stream: string;
}

/** Seen by a test in behaviours.test.ts of that name. */
export interface Elsewhere {
  test: string;
}

export type DistinguishingTest = Streams | Dormant | Elsewhere;

const dormant = (needs: string, stream: string): Dormant => ({ needs, stream });

/** 7.2 and 7.3 as one: what differs between them is not in any stream. 6.18 is mostly like 6.12 here, 7.1 like 7.2. */
function each(
  old: DistinguishingTest,
  v4: DistinguishingTest,
  merged: DistinguishingTest,
  of618: DistinguishingTest = old,
  of71: DistinguishingTest = merged,
): Record<KernelName, DistinguishingTest> {
  return { '6.12': old, 'atomic-v4': v4, '6.18': of618, '7.1': of71, '7.2': merged, '7.3': merged };
}

function all(...streams: string[]): Record<KernelName, DistinguishingTest> {
  return each(streams, streams, streams);
}

const elsewhere = (test: string): Elsewhere => ({ test });
const unplugged = elsewhere('enter-device-on-flush');
const query = elsewhere('mmu-info');

/** Behaviours that no stream reaches, by calls to the driver on every kernel. */
const BY_CALLS = [
  'two-vmas-for-unmap',
  'vm-lookup-lock',
  'queue-count-check',
  'handle-before-queues',
  'no-mmap-has-no-offset',
  'gem-change-handle',
  'syncobj-handle-zero',
  'set-client-name',
  'bind-failure-ends-tick',
  'evict-mappings',
  'fast-suspend',
  'pwr-control',
];

/** By the name of the behaviour. */
export const DISTINGUISHING_TESTS: Readonly<Record<string, Record<KernelName, DistinguishingTest>>> = {
  ...Object.fromEntries(
    BY_CALLS.map((name) => [name, each(elsewhere(name), elsewhere(name), elsewhere(name))] as const),
  ),
  'flush-after-each-update': all('map/align_contig2M', 'bind/async_zero_size_va_201000'),
  'flush-on-enable': all('lock/encode', 'as/holes'),
  'lock-around-op': each(
    ['lock/double_lock', 'lock/zero_start'],
    ['lock/then_evict_stuck0', 'stuck/lock_unlock0'],
    ['lock/then_suspend', 'stuck/lock_unlock0'],
  ),
  // On 7.2 the vectors reach into the driver and lock a region outside an operation; op_lock rules it out otherwise.
  'relock-on-activate': each(
    dormant('lock-around-op', 'lock/then_reset'),
    ['lock/then_reset', 'mid/active_inactive_at1'],
    ['lock/then_reset', 'stuck/inactive_locked_active_poll4'],
  ),
  'op-lock-on-activate': all('mid/active_idle_lru_at0'),
  'record-lock-after-success': each(
    dormant('lock-around-op', 'stuck/lock_unlock1'),
    ['stuck/lock_unlock1', 'stuck/bind_map_poll1'],
    ['stuck/lock_unlock0', 'stuck/bind_map_poll0'],
  ),
  'record-packed-region': each(
    ['lock/encode'],
    ['lock/encode', 'lock/double_lock'],
    ['lock/encode', 'lock/double_lock'],
  ),
  'widen-lock': each(
    dormant('lock-around-op', 'lock/double_lock'),
    ['lock/double_lock', 'lock/zero_start'],
    ['split/same_bo_many_vmas_and_bo_destroy', 'lock/double_lock'],
  ),
  'explicit-expansion': each(
    dormant('lock-around-op', 'lock/double_lock'),
    ['lock/double_lock'],
    ['lock/double_lock'],
  ),
  'reset-on-unlock-failure': each(
    dormant('lock-around-op', 'stuck/lock_unlock3'),
    ['stuck/lock_unlock3', 'stuck/bind_map_poll3_async'],
    ['stuck/lock_unlock2', 'flushfail/unlock_0'],
  ),
  'unusable-on-map-failure': all('maperr/pa_out_of_range_inactive_async', 'maperr/pa_out_of_range_first'),
  'tolerate-short-unmap': each(
    ['stuck/bind_map_poll5', 'bind/async_zero_size_unmap_mid_vma'],
    ['bind/async_zero_size_map_mid_vma', 'bind/async_zero_size_unmap_mid_vma'],
    ['map/contig4k_congruent'],
  ),
  'mask-per-slot': all('lock/encode'),
  'memattr-midgard-inner': all('lock/encode', 'as/holes'),
  'unlock-with-command': each(
    dormant('lock-around-op', 'stuck/lock_unlock0'),
    ['stuck/lock_unlock0', 'stuck/inactive_locked_active_poll2'],
    ['stuck/lock_unlock0', 'stuck/inactive_locked_active_poll0'],
  ),
  // What it is for, an access that comes before UPDATE took hold, is the explorer's scenario activate-then-access; the
  // vectors see the polls.
  'wait-after-command': all('lock/encode', 'as/holes'),
  'unlock-before-disable': each(
    dormant('lock-around-op', 'lock/then_suspend'),
    ['lock/then_suspend', 'lock/then_fault'],
    ['lock/then_suspend', 'lock/then_evict_stuck0'],
  ),
  'flush-on-evict': all('as/holes', 'stuck/active_poll0'),
  'flush-by-gpu-command': all('fault/no_vm_in_slot', 'fault/then_reset'),
  'disable-on-unusable': each(
    ['stuck/bind_map_poll2_async', 'stuck/forever'],
    ['stuck/forever', 'maperr/pa_out_of_range_first_async'],
    ['stuck/bind_map_poll0_async', 'stuck/forever'],
    ['stuck/bind_map_poll3_async'],
  ),
  'align-unmap-to-block': each(
    ['map/coherent', 'mid/evict_by_other_at0'],
    ['mid/evict_by_other_at0', 'split/same_bo_many_vmas_and_bo_destroy'],
    ['map/coherent', 'sparse/inactive_contig2M'],
    ['map/coherent'],
    ['map/coherent'],
  ),
  'split-block-on-unmap': each(
    ['map/coherent', 'mid/evict_by_other_at0'],
    ['map/coherent', 'mid/evict_by_other_at0'],
    ['map/contig4k_congruent'],
  ),
  'enter-device-on-flush': each(unplugged, unplugged, unplugged),
  'stop-groups-before-destroy': all('as/destroy_active_frees_slot', 'fault/then_destroy'),
  'sparse-map': all('sparse/inactive_contig2M', 'sparse/contig2M_partial_left_40001000'),
  'empty-reserve-fails': all(
    'bind/async_zero_size_inactive_va_0',
    'bind/async_zero_size_inactive_va_8000000000',
  ),
  'mmu-info': each(query, query, query),
  'lock-flush-unlock': each(
    ['stuck/inactive_locked_active_poll2'],
    ['lock/encode'],
    dormant('flush-on-enable', 'lock/encode'),
  ),
  'reset-on-flush-timeout': each(
    dormant('lock-flush-unlock', 'flushfail/bind_0'),
    dormant('lock-flush-unlock', 'flushfail/bind_0'),
    ['flushfail/unlock_0', 'flushfail/unlock_1'],
    ['flushfail/bind_0'],
  ),
  'forget-requests-on-reset': each(
    dormant('lock-flush-unlock', 'flushfail/bind_0'),
    dormant('lock-flush-unlock', 'flushfail/bind_0'),
    ['flushfail/bind_2', 'flushfail/bind_0'],
    ['flushfail/bind_0'],
  ),
  'mask-at-request': all('pgsize/table', 'vmcreate/args_48'),
  'read-suspended-irq': all('fault/then_suspend_resume'),
  'clear-fault-in-handler': each(
    ['stuck/fault_poll2', 'fault/no_vm_in_slot'],
    ['stuck/fault_poll2', 'fault/no_vm_in_slot'],
    ['fault/no_vm_in_slot', 'fault/masked_and_upper_bits'],
  ),
  'replace-lock-silently': each(
    dormant('lock-around-op', 'lock/double_lock'),
    ['lock/double_lock', 'lock/zero_start'],
    dormant('widen-lock', 'lock/double_lock'),
  ),
  'hole-is-a-size': each(
    ['stuck/bind_map_poll5', 'stuck/bind_map_poll5_async'],
    dormant('split-block-on-unmap', 'partial/contig2M_off4k_va4k_span3'),
    elsewhere('hole-is-a-size'),
  ),
  'user-va-check': all('map/va_bits_40', 'bind/arg_errors'),
  'bo-offset-check': all('bind/arg_errors'),
};
