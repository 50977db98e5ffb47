import { describe, expect, test } from 'vitest';
import { run } from '../../../src/coroutine/op.ts';
import { UserMemory } from '../../../src/driver/base/uaccess.ts';
import {
  DRM_IOCTL_GET_CAP,
  DRM_IOCTL_SYNCOBJ_CREATE,
  DRM_IOCTL_SYNCOBJ_HANDLE_TO_FD,
  DRM_IOCTL_VERSION,
} from '../../../uapi/drm.ts';
import { EACCES, EBUSY, EFAULT, EINVAL, ENODEV } from '../../../uapi/errno.ts';
import { DRM_IOCTL_PANTHOR_BO_CREATE, DRM_IOCTL_PANTHOR_VM_CREATE } from '../../../uapi/panthor_drm.ts';
import { TestClient } from '../client.ts';
import { filled } from './arguments.ts';

/** A request number with another size. */
function resized(request: number, size: number): number {
  return ((request & 0xc000ffff) | (size << 16)) >>> 0;
}

describe('the size in a request number', () => {
  test('smaller than the struct: the rest is zero, and nothing more is written', () => {
    const c = new TestClient();
    // Only the size of a BO: no flags, no VM; the handle does not fit.
    expect(c.call('BO_CREATE', { size: 100 }, resized(DRM_IOCTL_PANTHOR_BO_CREATE, 8))).toBe(0);
    expect(c.mem.u64(c.mem.offsets[0])).toBe(4096);
    expect(c.mem.sizes[0]).toBe(8);
    expect(c.file.lookupGem(1)?.size).toBe(4096);
  });

  test('larger than the struct: the rest goes unread and comes back as it was', () => {
    const c = new TestClient();
    const mem = new UserMemory();
    const at = mem.add(0x1000, new Uint8Array(24).fill(0xee));
    mem.data.fill(0, at, at + 16);
    expect(run(c.drv.ioctl(c.file, resized(DRM_IOCTL_PANTHOR_VM_CREATE, 24), mem, 0x1000))).toBe(0);
    expect(mem.view.getUint32(at + 4, true)).toBe(1);
    expect([...mem.data.subarray(at + 16, at + 24)]).toEqual(new Array(8).fill(0xee));
  });

  test('the syncobj handle without a point of older headers is taken', () => {
    const c = new TestClient();
    c.make('SYNCOBJ_CREATE', {}, 'handle');
    expect(c.call('SYNCOBJ_HANDLE_TO_FD', { handle: 1 }, resized(DRM_IOCTL_SYNCOBJ_HANDLE_TO_FD, 16))).toBe(
      0,
    );
  });

  test('0 for a call that has an argument: it reads zeros', () => {
    const c = new TestClient();
    expect(c.call('SYNCOBJ_CREATE', { flags: 2 }, resized(DRM_IOCTL_SYNCOBJ_CREATE, 0))).toBe(0);
    expect(c.file.syncobjs.ids()).toEqual([1]);
  });
});

describe('the argument', () => {
  test('that is not there is EFAULT', () => {
    const c = new TestClient();
    expect(run(c.drv.ioctl(c.file, DRM_IOCTL_GET_CAP, new UserMemory(), 0x1000))).toBe(-EFAULT);
    expect(run(c.drv.ioctl(c.file, resized(DRM_IOCTL_GET_CAP, 24), new UserMemory(), 0x1000))).toBe(-EFAULT);
  });

  test('that is not there is EFAULT even for who may not make the call', () => {
    const c = new TestClient();
    expect(run(c.drv.ioctl(c.file, 0xc0106401, new UserMemory(), 0x1000))).toBe(-EFAULT);
  });

  test('is copied back although the call fails', () => {
    const c = new TestClient();
    expect(c.call('GET_CAP', { capability: 1, value: 77 })).toBeLessThan(0);
    expect(c.out('GET_CAP', 'value')).toBe(0);
    expect(c.mem.dirty[0]).toBe(true);
  });
});

describe('VERSION', () => {
  test.each([
    ['6.12', 0],
    ['7.2', 8],
    ['next', 9],
  ])('of %s says 1.%i and names that fit', (kernel, minor) => {
    const c = new TestClient({ kernel });
    const [name, date, desc] = [filled(16), filled(16), filled(64)];
    expect(c.call('VERSION', { name_len: 16, name, date_len: 16, date, desc_len: 64, desc })).toBe(0);
    expect([c.out('VERSION', 'version_major'), c.out('VERSION', 'version_minor')]).toEqual([1, minor]);
    const text = (buffer: typeof name, length: number): string =>
      String.fromCharCode(...new Uint8Array(c.buffer(buffer).buffer, c.buffer(buffer).byteOffset, length));
    expect(text(name, c.out('VERSION', 'name_len') + 1)).toBe('panthor\0');
    expect(text(date, c.out('VERSION', 'date_len'))).toBe('0');
    expect(text(desc, c.out('VERSION', 'desc_len'))).toBe('Panthor DRM driver');
  });

  test('tells the length of a name that does not fit, and writes what does', () => {
    const c = new TestClient();
    const name = filled(4, 0x2e);
    expect(c.call('VERSION', { name_len: 3, name })).toBe(0);
    expect(c.out('VERSION', 'name_len')).toBe(7);
    expect(c.buffer(name).getUint32(0)).toBe(0x70616e2e);
  });

  test('tells all lengths to who gives no room', () => {
    const c = new TestClient();
    expect(c.call('VERSION', {}, DRM_IOCTL_VERSION)).toBe(0);
    expect(['name_len', 'date_len', 'desc_len'].map((len) => c.out('VERSION', len))).toEqual([7, 1, 18]);
  });
});

test('capabilities are those of a driver that only renders', () => {
  const c = new TestClient();
  const cap = (capability: number): number => c.make('GET_CAP', { capability }, 'value');
  expect([cap(5), cap(6), cap(0x13), cap(0x14)]).toEqual([3, 1, 1, 1]);
});

describe('an unplugged device', () => {
  test('answers ENODEV to everything', () => {
    const c = new TestClient();
    run(c.drv.device.unplug());
    expect(c.call('VERSION')).toBe(-ENODEV);
    expect(c.call('VM_CREATE')).toBe(-ENODEV);
    expect(run(c.drv.ioctl(c.file, 0x1234, new UserMemory(), 0))).toBe(-ENODEV);
    expect(c.file.mmap(2 ** 56, 4096, 1, 1)).toBe(-ENODEV);
  });
});

describe('card0', () => {
  const setVersion = { drm_di_major: 1, drm_di_minor: 4, drm_dd_major: -1 };

  test('makes its first opener master, and the next one after that has gone', () => {
    const first = new TestClient({ node: 'primary' });
    const second = new TestClient({ of: first, node: 'primary' });
    expect(first.call('SET_VERSION', setVersion)).toBe(0);
    expect(second.call('SET_VERSION', setVersion)).toBe(-EACCES);
    first.close();
    expect(new TestClient({ of: second, node: 'primary' }).call('SET_VERSION', setVersion)).toBe(0);
  });

  test('tells versions back, and the bus id once it was asked for', () => {
    const c = new TestClient({ node: 'primary' });
    expect(c.make('GET_UNIQUE', {}, 'unique_len')).toBe(0);
    expect(c.call('SET_VERSION', { ...setVersion, drm_dd_major: 1, drm_dd_minor: 99 })).toBe(-EINVAL);
    expect(['drm_di_minor', 'drm_dd_major', 'drm_dd_minor'].map((f) => c.out('SET_VERSION', f))).toEqual([
      4, 1, 8,
    ]);
    const unique = filled(32);
    expect(c.call('GET_UNIQUE', { unique_len: 32, unique })).toBe(0);
    expect(c.out('GET_UNIQUE', 'unique_len')).toBe('fb000000.gpu'.length);
  });

  test('lets a master authenticate others, who then may open objects by name', () => {
    const master = new TestClient({ node: 'primary' });
    const other = new TestClient({ of: master, node: 'primary' });
    const raw = (c: TestClient, request: number, value: number): number[] => {
      const mem = new UserMemory();
      const at = mem.add(0x1000, new Uint8Array(8));
      mem.view.setUint32(at, value, true);
      return [run(c.drv.ioctl(c.file, request, mem, 0x1000)), mem.view.getUint32(at, true)];
    };
    const handle = master.make('BO_CREATE', { size: 8192 }, 'handle');
    const name = master.make('GEM_FLINK', { handle }, 'name');
    expect(other.call('GEM_OPEN', { name })).toBe(-EACCES);
    const [, magic] = raw(other, 0x80046402, 0);
    expect(raw(other, 0x40046411, magic)[0]).toBe(-EACCES);
    expect(raw(master, 0x40046411, magic)[0]).toBe(0);
    expect(raw(master, 0x40046411, magic)[0]).toBe(-EINVAL);
    expect(other.make('GEM_OPEN', { name }, 'size')).toBe(8192);
    expect(other.file.lookupGem(1)).toBe(master.file.lookupGem(handle));
    // Dropping and taking mastership.
    expect(raw(other, 0x641e, 0)[0]).toBe(-EACCES);
    expect(raw(master, 0x641f, 0)[0]).toBe(0);
    expect(new TestClient({ of: master, node: 'primary' }).call('SET_VERSION', setVersion)).toBe(0);
    expect(raw(master, 0x641e, 0)[0]).toBe(-EBUSY);
  });
});
