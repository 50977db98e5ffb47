import { describe, expect, test } from 'vitest';
import { PanthorDevice } from '../../../src/driver/device.ts';
import { gpuProfile } from '../../../src/driver/gpu-profile.ts';
import { PanthorDrv } from '../../../src/driver/ioctl/drv.ts';
import { kernel } from '../../../src/driver/kernels.ts';
import {
  DRM_PANTHOR_TIMESTAMP_CPU_MONOTONIC_RAW,
  DRM_PANTHOR_TIMESTAMP_DURATION,
  drm_panthor_gpu_info,
  drm_panthor_timestamp_info,
} from '../../../uapi/panthor_drm.ts';
import { TestClient } from '../client.ts';
import { filled, get, type Struct, structs } from './arguments.ts';

/** Sizes of the structs that queries 0 to 4 return; 0 where the kernel does not know the query. */
test.each([
  ['6.12', [104, 24, 0, 0, 0]],
  ['7.2', [112, 24, 56, 4, 0]],
  ['next', [112, 24, 56, 4, 8]],
])('without a pointer, %s tells how large its structs are', (kernel, sizes) => {
  const c = new TestClient({ kernel });
  const asked = sizes.map((_, type) =>
    c.call('DEV_QUERY', { type, size: 9 }) === 0 ? c.out('DEV_QUERY', 'size') : 0,
  );
  expect(asked).toEqual(sizes);
});

describe('a pointer', () => {
  test('to less room than the struct gets its beginning', () => {
    const c = new TestClient();
    const pointer = filled(112, 0xff);
    expect(c.call('DEV_QUERY', { type: 0, size: 96, pointer })).toBe(0);
    const view = c.buffer(pointer);
    expect(get(view, 0, drm_panthor_gpu_info, 'gpu_id')).toBe(0xa8670000);
    expect(get(view, 0, drm_panthor_gpu_info, 'tiler_present')).toBe(1);
    expect(view.getUint32(96, true)).toBe(0xffffffff);
  });

  test('to more room than the struct gets zeros after it', () => {
    const c = new TestClient({ kernel: '6.12' });
    const pointer = filled(128, 0xff);
    expect(c.call('DEV_QUERY', { type: 0, size: 120, pointer })).toBe(0);
    const view = c.buffer(pointer);
    expect(view.getUint32(100, true)).toBe(0);
    expect([104, 108, 112, 116].map((at) => view.getUint32(at, true))).toEqual([0, 0, 0, 0]);
    expect(view.getUint32(120, true)).toBe(0xffffffff);
  });
});

test('a G610 is described with its cores, textures and coherency', () => {
  const c = new TestClient();
  const pointer = filled(112);
  c.call('DEV_QUERY', { type: 0, size: 112, pointer });
  const info = (path: string): number => get(c.buffer(pointer), 0, drm_panthor_gpu_info, path);
  expect(info('mmu_features')).toBe(0x2830);
  expect(info('shader_present')).toBe(0x50005);
  expect(info('texture_features')).toBe(0xc1ffff9e);
  expect(info('as_present')).toBe(0xff);
  expect(info('selected_coherency')).toBe(31);
  const csif = filled(24);
  c.call('DEV_QUERY', { type: 1, size: 24, pointer: csif });
  expect([0, 4, 8, 12, 16, 20].map((at) => c.buffer(csif).getUint32(at, true))).toEqual([8, 8, 96, 8, 4, 0]);
});

test('page sizes are 4 KiB and 2 MiB, for kernels that tell', () => {
  const c = new TestClient({ kernel: 'next' });
  const pointer = filled(8);
  expect(c.call('DEV_QUERY', { type: 4, size: 8, pointer })).toBe(0);
  expect(c.buffer(pointer).getBigUint64(0, true)).toBe(0x201000n);
});

test.each([
  ['an ordinary client', {}, 0b0011],
  ['CAP_SYS_NICE', { sysNice: true }, 0b1111],
  ['the master of card0', { node: 'primary' }, 0b1111],
] as const)('priorities that %s may use', (_who, options, mask) => {
  const c = new TestClient(options);
  const pointer = filled(4, 0xff);
  expect(c.call('DEV_QUERY', { type: 3, size: 4, pointer })).toBe(0);
  expect(c.buffer(pointer).getUint32(0, true)).toBe(mask);
});

describe('timestamps', () => {
  const stamps = (flags: number, size = 56): Struct => {
    const c = new TestClient();
    c.clock.ns = 5_000_000_123;
    const pointer = structs(drm_panthor_timestamp_info, { flags, timestamp_offset: 99, cycle_count: 99 });
    expect(c.call('DEV_QUERY', { type: 2, size, pointer })).toBe(0);
    const view = c.buffer(pointer);
    return Object.fromEntries(
      drm_panthor_timestamp_info.fields.map(({ name }) => [
        name,
        get(view, 0, drm_panthor_timestamp_info, name),
      ]),
    );
  };

  test('without flags are the counter, its rate and its offset', () => {
    expect(stamps(0)).toEqual({
      timestamp_frequency: 24_000_000,
      current_timestamp: 120_000_002,
      timestamp_offset: 0,
      flags: 0,
      duration_nsec: 0,
      cycle_count: 0,
      cpu_timestamp_sec: 0,
      cpu_timestamp_nsec: 0,
    });
  });

  test('with flags are what was asked for, and zeros', () => {
    expect(stamps((1 << 5) | (1 << 1))).toMatchObject({
      timestamp_frequency: 0,
      current_timestamp: 0,
      cycle_count: 5_000_000_123,
      cpu_timestamp_sec: 5,
      cpu_timestamp_nsec: 123,
    });
  });

  test('of the raw clock are CLOCK_MONOTONIC_RAW, and a duration is how far the clock went meanwhile', () => {
    let ns = 1_000_000_000;
    const device = new PanthorDevice({
      kernel: kernel('7.2'),
      gpu: gpuProfile('g610'),
      now: () => (ns += 40),
      nowRaw: () => 7_000_000_009,
    });
    const c = new TestClient({ of: { drv: new PanthorDrv(device), clock: { ns } } as unknown as TestClient });
    const flags = DRM_PANTHOR_TIMESTAMP_CPU_MONOTONIC_RAW | DRM_PANTHOR_TIMESTAMP_DURATION;
    const pointer = structs(drm_panthor_timestamp_info, { flags });
    expect(c.call('DEV_QUERY', { type: 2, size: 56, pointer })).toBe(0);
    const view = c.buffer(pointer);
    const field = (name: string) => get(view, 0, drm_panthor_timestamp_info, name);
    expect([field('cpu_timestamp_sec'), field('cpu_timestamp_nsec')]).toEqual([7, 9]);
    expect(field('duration_nsec')).toBeGreaterThan(0);
    expect(field('duration_nsec')).toBeLessThan(1000);
  });

  test('for who knows nothing of flags are written as far as there is room', () => {
    expect(stamps(1 << 5, 24)).toMatchObject({
      current_timestamp: 120_000_002,
      flags: 1 << 5,
      cycle_count: 99,
    });
  });
});
