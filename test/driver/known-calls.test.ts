/** Which calls, flags and queries a release knows: EINVAL is what drm_ioctl() says of a number that its table lacks. */
import { describe, expect, it } from 'vitest';
import { EINVAL } from '../../uapi/errno.ts';
import {
  DRM_PANTHOR_VM_BIND_OP_MAP_NOEXEC,
  DRM_PANTHOR_VM_BIND_OP_MAP_SPARSE,
  drm_panthor_vm_bind_op,
} from '../../uapi/panthor_drm.ts';
import { TestClient } from './client.ts';
import { structs } from './ioctl/arguments.ts';

const KERNELS = ['6.12', 'atomic-v4', '6.13', '6.16', '6.17', '6.18', '6.19', '7.0', '7.1', '7.2', '7.3'];
const since = (first: string): string[] => KERNELS.slice(KERNELS.indexOf(first));

/** A client with VM 1 and object 1. */
function client(kernel: string): TestClient {
  const c = new TestClient({ kernel });
  c.make('VM_CREATE', {}, 'id');
  c.make('BO_CREATE', { size: 4096 }, 'handle');
  return c;
}

function sparse(c: TestClient): number {
  const flags = DRM_PANTHOR_VM_BIND_OP_MAP_SPARSE | DRM_PANTHOR_VM_BIND_OP_MAP_NOEXEC;
  const ops = structs(drm_panthor_vm_bind_op, { flags, va: 0, size: 1 << 21 });
  return c.call('VM_BIND', { vm_id: 1, ops });
}

describe('known since', () => {
  it.each<[what: string, first: string, call: (c: TestClient) => number]>([
    ['timestamps', '6.13', (c) => c.call('DEV_QUERY', { type: 2 })],
    ['group priorities', '6.13', (c) => c.call('DEV_QUERY', { type: 3 })],
    ['MMU_INFO', '7.3', (c) => c.call('DEV_QUERY', { type: 4 })],
    ['BO_SET_LABEL', '6.16', (c) => c.call('BO_SET_LABEL', { handle: 1 })],
    [
      'SET_USER_MMIO_OFFSET',
      '6.17',
      (c) => c.call('SET_USER_MMIO_OFFSET', { offset: '0x100000000000000' as unknown as number }),
    ],
    ['BO_SYNC', '7.0', (c) => c.call('BO_SYNC', {})],
    ['BO_QUERY_INFO', '7.0', (c) => c.call('BO_QUERY_INFO', { handle: 1 })],
    ['sparse maps', '7.2', sparse],
  ])('%s: %s', (_, first, call) => {
    const knowing = KERNELS.filter((kernel) => call(client(kernel)) !== -EINVAL);
    expect(knowing).toEqual(since(first));
  });
});
