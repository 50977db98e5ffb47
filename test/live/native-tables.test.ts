import { describe, expect, it } from 'vitest';
import { fdArgument, fdResult, nativeIoctls, nativeTables } from '../../src/live/launch/native-tables.ts';
import { ioctlTable } from '../../uapi/ioctl-table.ts';
import { f, struct } from '../../uapi/layout.ts';

const named = (name: string) => nativeIoctls.find((spec) => spec.name === name)!;

/** Rows of one of the tables, without their braces. */
function rows(text: string, table: string): string[] {
  const body = text
    .slice(text.indexOf(`${table}[] = {`))
    .split('\n')
    .slice(1);
  return body.slice(0, body.indexOf('};')).map((line) => line.trim());
}

/** Rows of buffers that 64-bit processes have: the last number is a pointer's size. */
const buffers = (text: string): string[] => rows(text, 'buffer_rows').filter((row) => row.includes(', 8 }'));

describe('the tables of the preload library', () => {
  it('have a row for each ioctl that leads to memory or takes a descriptor', () => {
    const all = rows(nativeTables(), 'ioctl_rows');
    for (const spec of nativeIoctls) {
      const wanted = spec.buffers.length > 0 || fdArgument(spec) !== undefined;
      expect([spec.name, all.some((row) => row.endsWith(`/* ${spec.name} */`))]).toEqual([spec.name, wanted]);
    }
  });

  it('describe nested arrays: the operations of a VM_BIND and what each waits for', () => {
    const text = nativeTables([named('DRM_IOCTL_PANTHOR_VM_BIND')]);
    // ops.array at 16, count of 4 bytes at 12, stride at 8; in each element syncs.array at 40, count at 36, stride at 32
    expect(buffers(text)).toEqual([
      '{ 40, BUFFER_ARRAY, 4, 36, 32, 0, 0, 0, 8 }, /* syncs.array */',
      '{ 16, BUFFER_ARRAY, 4, 12, 8, 0, 0, 1, 8 }, /* ops.array */',
    ]);
    expect(rows(text, 'ioctl_rows')).toEqual(['{ 100, 67, 65535, 1, 1 }, /* DRM_IOCTL_PANTHOR_VM_BIND */']);
  });

  it('know strings, byte counts of 8 bytes and arrays of fixed elements', () => {
    expect(buffers(nativeTables([named('DRM_IOCTL_PANTHOR_BO_SET_LABEL')]))).toEqual([
      '{ 8, BUFFER_STRING, 8, 0, 65535, 4096, 0, 0, 8 }, /* label */',
    ]);
    expect(buffers(nativeTables([named('DRM_IOCTL_VERSION')]))).toEqual([
      '{ 24, BUFFER_BYTES, 8, 16, 65535, 1, 0, 0, 8 }, /* name */',
      '{ 40, BUFFER_BYTES, 8, 32, 65535, 1, 0, 0, 8 }, /* date */',
      '{ 56, BUFFER_BYTES, 8, 48, 65535, 1, 0, 0, 8 }, /* desc */',
    ]);
    expect(buffers(nativeTables([named('DRM_IOCTL_SYNCOBJ_WAIT')]))).toEqual([
      '{ 0, BUFFER_ARRAY, 4, 16, 65535, 4, 0, 0, 8 }, /* handles */',
    ]);
  });

  it('tell descriptors that go in from those that come out', () => {
    const fields = (name: string) => [fdArgument(named(name))?.offset, fdResult(named(name))?.offset];
    expect(fields('DRM_IOCTL_PRIME_HANDLE_TO_FD')).toEqual([undefined, 8]);
    expect(fields('DRM_IOCTL_PRIME_FD_TO_HANDLE')).toEqual([8, undefined]);
    expect(fields('DRM_IOCTL_SYNCOBJ_HANDLE_TO_FD')).toEqual([undefined, 8]);
    expect(fields('DRM_IOCTL_SYNCOBJ_FD_TO_HANDLE')).toEqual([8, undefined]);
    expect(fields('DRM_IOCTL_SYNCOBJ_EVENTFD')).toEqual([16, undefined]);
    expect(fields('DMA_BUF_IOCTL_EXPORT_SYNC_FILE')).toEqual([undefined, 4]);
    expect(fields('DMA_BUF_IOCTL_IMPORT_SYNC_FILE')).toEqual([4, undefined]);
    expect(fields('DRM_IOCTL_PANTHOR_VM_BIND')).toEqual([undefined, undefined]);
  });

  it('know the structs of 32-bit processes that differ, by the pointers of the 64-bit ones', () => {
    const text = nativeTables([]);
    expect(rows(text, 'compat_rows')).toEqual([
      '{ 100, 0, 65535, 0, 3 }, /* DRM_IOCTL_VERSION */',
      '{ 100, 1, 65535, 3, 1 }, /* DRM_IOCTL_GET_UNIQUE */',
    ]);
    expect(rows(text, 'buffer_rows')).toEqual([
      '{ 16, BUFFER_BYTES, 4, 12, 65535, 1, 0, 0, 4 }, /* name */',
      '{ 24, BUFFER_BYTES, 4, 20, 65535, 1, 0, 0, 4 }, /* date */',
      '{ 32, BUFFER_BYTES, 4, 28, 65535, 1, 0, 0, 4 }, /* desc */',
      '{ 4, BUFFER_BYTES, 4, 0, 65535, 1, 0, 0, 4 }, /* unique */',
    ]);
  });

  it('take in an ioctl that is added to uapi/ without a line of C', () => {
    const element = struct('drm_new_element', 'an element', [f('a', 'u64', 0)]);
    const arg = struct('drm_new', 'a new argument', [
      f('count', 'u32', 0),
      f('pad', 'u32', 4),
      f('elements', 'u64', 8, {
        user: { dir: 'in', element, length: { kind: 'array', count: 'count', stride: element.size } },
      }),
    ]);
    const { specs } = ioctlTable(0x64, 'DRM_', { DRM_NEW: { access: 'WR', nr: 0x77, arg, doc: 'new' } });
    const text = nativeTables(specs);
    expect(buffers(text)).toEqual(['{ 8, BUFFER_ARRAY, 4, 0, 65535, 8, 0, 0, 8 }, /* elements */']);
    expect(rows(text, 'ioctl_rows')).toEqual(['{ 100, 119, 65535, 0, 1 }, /* DRM_NEW */']);
  });
});
