import { expect, test } from 'vitest';
import { run } from '../../src/coroutine/op.ts';
import { Fence } from '../../src/driver/sync/fence.ts';
import { freeLeakedVms } from '../../src/live/leaked-vms.ts';
import { drm_panthor_sync_op, drm_panthor_vm_bind_op } from '../../uapi/panthor_drm.ts';
import { TestClient } from '../driver/client.ts';
import { structs } from '../driver/ioctl/arguments.ts';

/** A client with a VM and an object, and a bind of the object that waits for the fence. */
function waitingBind(): { client: TestClient; fence: Fence } {
  const client = new TestClient();
  const vm_id = client.make('VM_CREATE', {}, 'id');
  const bo_handle = client.make('BO_CREATE', { size: 0x1000 }, 'handle');
  const handle = client.make('SYNCOBJ_CREATE', {}, 'handle');
  const fence = new Fence();
  client.file.syncobjs.get(handle)?.replaceFence(fence);
  const map = { bo_handle, va: 0x100000, size: 0x1000, syncs: structs(drm_panthor_sync_op, { handle }) };
  expect(client.call('VM_BIND', { vm_id, flags: 1, ops: structs(drm_panthor_vm_bind_op, map) })).toBe(0);
  return { client, fence };
}

test('a VM that a late bind keeps, as the kernel leaves it, is freed with its pages and its object', () => {
  const { client, fence } = waitingBind();
  const { device } = client.drv;
  client.close();
  fence.signal();
  run(client.drv.drain());
  expect(device.mmu.vms).toHaveLength(1);
  // The object, and the dummy behind sparse mappings, which each VM holds.
  expect(device.gem.live).toBe(2);
  freeLeakedVms(device);
  expect(device.mmu.vms).toEqual([]);
  expect([device.gem.live, device.machine.memory.live]).toEqual([0, 0]);
});

test('a VM whose bind has not run yet goes with the bind', () => {
  const { client, fence } = waitingBind();
  const { device } = client.drv;
  client.close();
  freeLeakedVms(device);
  expect(device.mmu.vms).toHaveLength(1);
  fence.signal();
  run(client.drv.drain());
  freeLeakedVms(device);
  expect([device.mmu.vms.length, device.gem.live, device.machine.memory.live]).toEqual([0, 0, 0]);
});

test('a VM in use is left alone', () => {
  const { client, fence } = waitingBind();
  fence.signal();
  run(client.drv.drain());
  freeLeakedVms(client.drv.device);
  expect(client.drv.device.mmu.vms[0].vmas.count).toBe(1);
});
