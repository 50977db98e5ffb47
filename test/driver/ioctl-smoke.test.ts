import { expect, test } from 'vitest';
import {
  drm_panthor_queue_create,
  drm_panthor_queue_submit,
  drm_panthor_sync_op,
  drm_panthor_vm_bind_op,
} from '../../uapi/panthor_drm.ts';
import { TestClient } from './client.ts';

test('a client makes a VM, an object, binds, submits and waits', () => {
  const c = new TestClient();
  const vm = c.made('VM_CREATE', {}, 'id');
  expect(vm).toBe(1);
  const bo = c.made('BO_CREATE', { size: 5000, exclusive_vm_id: vm }, 'handle');
  expect(c.out('BO_CREATE', 'size')).toBe(8192);
  c.begin();
  const ops = c.array(drm_panthor_vm_bind_op, [{ flags: 0, bo_handle: bo, va: 0x1000000, size: 8192 }]);
  expect(c.call('VM_BIND', { vm_id: vm, 'ops.stride': 48, 'ops.count': 1, 'ops.array': ops })).toBe(0);
  expect(
    c.simple('TILER_HEAP_CREATE', {
      vm_id: vm,
      initial_chunk_count: 5,
      chunk_size: 0x200000,
      max_chunks: 64,
      target_in_flight: 65535,
    }),
  ).toBe(0);
  c.begin();
  const qs = c.array(drm_panthor_queue_create, [
    { priority: 1, ringbuf_size: 65536 },
    { priority: 1, ringbuf_size: 4096 },
  ]);
  expect(
    c.call('GROUP_CREATE', {
      'queues.stride': 8,
      'queues.count': 2,
      'queues.array': qs,
      max_compute_cores: 1,
      compute_core_mask: 1,
      max_fragment_cores: 1,
      fragment_core_mask: 1,
      max_tiler_cores: 1,
      tiler_core_mask: 1,
      priority: 1,
      vm_id: vm,
    }),
  ).toBe(0);
  const group = c.out('GROUP_CREATE', 'group_handle');
  const so = c.made('SYNCOBJ_CREATE', {}, 'handle');
  c.begin();
  const syncs = c.array(drm_panthor_sync_op, [{ flags: 1 << 31, handle: so }]);
  const subs = c.array(drm_panthor_queue_submit, [
    {
      queue_index: 0,
      stream_size: 64,
      stream_addr: 0x1000000,
      'syncs.stride': 16,
      'syncs.count': 1,
      'syncs.array': syncs,
    },
  ]);
  expect(
    c.call('GROUP_SUBMIT', {
      group_handle: group,
      'queue_submits.stride': 40,
      'queue_submits.count': 1,
      'queue_submits.array': subs,
    }),
  ).toBe(0);
  c.begin();
  expect(c.call('SYNCOBJ_WAIT', { handles: c.u32s(so), count_handles: 1 })).toBe(0);
});
