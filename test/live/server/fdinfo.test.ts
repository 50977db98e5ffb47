import { expect, it } from 'vitest';
import { fdinfoText } from '../../../src/live/server/files/fdinfo.ts';
import type { OpenFile } from '../../../src/live/server/open-file.ts';
import { TestClient } from '../../driver/client.ts';

const GIB = 2 ** 30;

/** What /proc says of the client's file, without the lines of VFS. */
function lines({ file }: TestClient): string[] {
  const text = fdinfoText({ id: 4, minor: 128, flags: 0o100002, drm: file } as unknown as OpenFile);
  return text.trimEnd().split('\n').slice(4);
}

it('says of memory what the kernel says: in the largest unit that divides it, and resident once it has pages', () => {
  const client = new TestClient({ kernel: '7.2' });
  const memory = (): string[] =>
    lines(client).filter((line) => line.startsWith('drm-') && /memory/.test(line));
  expect(memory()).toEqual(['drm-total-memory:\t0', 'drm-shared-memory:\t0']);
  client.call('BO_CREATE', { size: 16 * GIB });
  expect(memory()).toEqual(['drm-total-memory:\t16384 MiB', 'drm-shared-memory:\t0']);
  client.call('BO_CREATE', { size: 4096 });
  client.file.bos.get(2)?.pin();
  expect(memory()).toEqual([
    'drm-total-memory:\t16777220 KiB',
    'drm-shared-memory:\t0',
    'drm-resident-memory:\t4 KiB',
  ]);
});

it('counts what the driver keeps for the client apart', () => {
  const client = new TestClient({ kernel: '7.2' });
  const internal = (): string[] => lines(client).filter((line) => line.startsWith('panthor-'));
  expect(internal()).toEqual(['panthor-resident-memory:\t0', 'panthor-active-memory:\t0']);
  client.call('VM_CREATE', { user_va_range: 0 });
  const heap = { vm_id: 1, initial_chunk_count: 3, chunk_size: 1 << 21, max_chunks: 4, target_in_flight: 1 };
  expect(client.call('TILER_HEAP_CREATE', heap)).toBe(0);
  // Three chunks, and two pages for 128 contexts of 64 bytes.
  expect(internal()).toEqual(['panthor-resident-memory:\t6152 KiB', 'panthor-active-memory:\t0']);
});

it('says nothing of the GPU on 6.12, whose driver does not, nor once the device is gone', () => {
  expect(lines(new TestClient({ kernel: '6.12' }))).toEqual([]);
  const client = new TestClient({ kernel: '7.3' });
  expect(lines(client).slice(0, 2)).toEqual(['drm-driver:\tpanthor', 'drm-client-id:\t5']);
  client.drv.device.unplugged = true;
  expect(lines(client)).toEqual([]);
});
