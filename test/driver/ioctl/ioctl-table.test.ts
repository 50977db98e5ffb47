import { describe, expect, test } from 'vitest';
import { run } from '../../../src/coroutine/op.ts';
import { UserMemory } from '../../../src/driver/base/uaccess.ts';
import { OTHER_CORE_IOCTLS } from '../../../src/driver/ioctl/core-table.ts';
import { ioctlTable } from '../../../src/driver/ioctl/table.ts';
import { kernel } from '../../../src/driver/kernels.ts';
import { drmIoctls } from '../../../uapi/drm.ts';
import { EACCES, EINVAL, ENOSYS, EOPNOTSUPP } from '../../../uapi/errno.ts';
import { panthorIoctls } from '../../../uapi/panthor_drm.ts';
import { TestClient } from '../client.ts';

/** What a call with an argument of zeros says. */
function zeros(c: TestClient, request: number): number {
  const mem = new UserMemory();
  mem.reserve(0x1000, Math.max((request >>> 16) & 0x3fff, 1));
  return run(c.drv.ioctl(c.file, request >>> 0, mem, 0x1000));
}

test('every ioctl of the uAPI tables has a handler, with its number and size', () => {
  const table = ioctlTable(kernel('7.3'));
  for (const { name, nr, request, arg } of [...panthorIoctls, ...drmIoctls]) {
    expect(table[nr]).toMatchObject({ name, request, size: arg?.size ?? 0 });
  }
});

test('6.12 lacks what came later, and nothing else', () => {
  const [old, now] = [ioctlTable(kernel('6.12')), ioctlTable(kernel('7.2'))];
  const lacks = now.filter((entry, nr) => entry !== undefined && old[nr] === undefined);
  expect(lacks.map((entry) => entry?.name)).toEqual([
    'DRM_IOCTL_PANTHOR_BO_SET_LABEL',
    'DRM_IOCTL_PANTHOR_SET_USER_MMIO_OFFSET',
    'DRM_IOCTL_PANTHOR_BO_SYNC',
    'DRM_IOCTL_PANTHOR_BO_QUERY_INFO',
    'DRM_IOCTL_SET_CLIENT_NAME',
    'DRM_IOCTL_GEM_CHANGE_HANDLE',
  ]);
});

test('no number is in the table twice', () => {
  const numbers = [
    ...OTHER_CORE_IOCTLS.map(([, request]) => request & 0xff),
    ...drmIoctls.map(({ nr }) => nr),
    ...panthorIoctls.map(({ nr }) => nr),
  ];
  expect(new Set(numbers).size).toBe(numbers.length);
});

describe('calls of the core that are not for render clients', () => {
  const c = new TestClient();
  test.each(OTHER_CORE_IOCTLS)('%s is EACCES on a render node', (_name, request) => {
    expect(zeros(c, request)).toBe(-EACCES);
  });
});

describe('calls about displays, by the master of card0', () => {
  const c = new TestClient({ node: 'primary' });
  const modes = OTHER_CORE_IOCTLS.filter(([name]) => name.includes('_MODE_') || name.includes('CRTC'));
  test.each(modes)('%s finds no displays', (name, request) => {
    const expected = name.includes('DUMB') ? -ENOSYS : name.includes('TACHMODE') ? 0 : -EOPNOTSUPP;
    expect(zeros(c, request)).toBe(expected);
  });
});

test('numbers without an entry are EINVAL, on either node', () => {
  for (const node of ['render', 'primary'] as const) {
    const c = new TestClient({ node });
    const table = ioctlTable(c.drv.device.kernel);
    for (let nr = 0; nr < 256; nr++) {
      if (table[nr] === undefined) expect([nr, zeros(c, 0xc0106400 + nr)]).toEqual([nr, -EINVAL]);
    }
  }
});
