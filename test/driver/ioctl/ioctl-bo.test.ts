import { describe, expect, test } from 'vitest';
import type { GemObject } from '../../../src/driver/gem/gem.ts';
import { ModelFdTable } from '../../../src/driver/ioctl/fd-table.ts';
import { FLUSH_ID_PAGE } from '../../../src/driver/ioctl/file.ts';
import { EACCES, EINVAL, ENOMEM, ENOSPC } from '../../../uapi/errno.ts';
import { drm_panthor_bo_sync_op } from '../../../uapi/panthor_drm.ts';
import { TestClient } from '../client.ts';
import { filled, structs, text } from './arguments.ts';

const PROT_READ = 1;
const PROT_WRITE = 2;
const MAP_SHARED = 1;
const MAP_PRIVATE = 2;

function withBo(options = {}, bo = {}): { c: TestClient; handle: number; bo: GemObject } {
  const c = new TestClient(options);
  const handle = c.make('BO_CREATE', { size: 10000, ...bo }, 'handle');
  return { c, handle, bo: c.file.lookupGem(handle) as GemObject };
}

describe('an object', () => {
  test('has whole pages, and tells so', () => {
    const { c, bo } = withBo();
    expect([c.out('BO_CREATE', 'size'), bo.size]).toEqual([12288, 12288]);
  });

  test('gets the lowest free handle, and goes with its last', () => {
    const { c, bo } = withBo();
    expect(c.make('BO_CREATE', { size: 1 }, 'handle')).toBe(2);
    expect(c.call('GEM_CLOSE', { handle: 1, pad: 5 })).toBe(0);
    expect(bo.refs).toBe(0);
    expect(c.make('BO_CREATE', { size: 1 }, 'handle')).toBe(1);
  });

  test('beyond the limits of a server is ENOMEM, until others are gone', () => {
    const { c } = withBo();
    c.drv.limits.boBytes = 16384;
    expect(c.call('BO_CREATE', { size: 8192 })).toBe(-ENOMEM);
    expect(c.call('BO_CREATE', { size: 4096 })).toBe(0);
    c.call('GEM_CLOSE', { handle: 1 });
    expect(c.call('BO_CREATE', { size: 8192 })).toBe(0);
    c.drv.limits.objects = 2;
    expect(c.call('BO_CREATE', { size: 1 })).toBe(-ENOMEM);
  });

  test.each([
    // PAGE_ALIGN() ends at 0, for which there is no room among the mmap offsets.
    [0xffffffffffffffffn, ENOSPC],
    [0xfffffffffffff001n, ENOSPC],
    [0xfffffffffffff000n, EINVAL],
    [0x8000000000000000n, EINVAL],
    [0x10000000000n, ENOSPC],
  ])('of %i bytes is refused', (size, errno) => {
    expect(new TestClient().call('BO_CREATE', { size })).toBe(-errno);
  });

  test('is described as it was made', () => {
    const { c, handle } = withBo({}, { flags: 2 });
    expect(c.call('BO_QUERY_INFO', { handle, pad: 9, extra_flags: 9 })).toBe(0);
    expect(['create_flags', 'extra_flags', 'pad'].map((f) => c.out('BO_QUERY_INFO', f))).toEqual([2, 0, 0]);
  });

  test('has the label that it got last, an empty one too', () => {
    const { c, handle, bo } = withBo();
    expect(bo.label).toBeNull();
    expect(c.call('BO_SET_LABEL', { handle, label: text('index buffer ü') })).toBe(0);
    expect(bo.label).toBe('index buffer ü');
    expect(c.call('BO_SET_LABEL', { handle, label: text('') })).toBe(0);
    expect(bo.label).toBe('');
    expect(c.call('BO_SET_LABEL', { handle })).toBe(0);
    expect(bo.label).toBeNull();
    const longest = text('x'.repeat(4095));
    expect(c.call('BO_SET_LABEL', { handle, label: longest })).toBe(0);
  });

  test('can be synced up to its end', () => {
    const { c, handle } = withBo();
    const ops = structs(drm_panthor_bo_sync_op, { handle, size: 12288 }, { handle, type: 1, offset: 12288 });
    expect(c.call('BO_SYNC', { ops })).toBe(0);
    expect(c.call('BO_SYNC', { 'ops.stride': 3 })).toBe(0);
  });
});

describe('mmap', () => {
  test('finds an object by its offset, which never changes and never has 32 zero bits', () => {
    const { c, handle, bo } = withBo();
    const offset = c.make('BO_MMAP_OFFSET', { handle }, 'offset');
    expect(offset % 2 ** 32).not.toBe(0);
    expect(c.make('BO_MMAP_OFFSET', { handle }, 'offset')).toBe(offset);
    expect(c.file.mmap(offset, 12288, PROT_READ | PROT_WRITE, MAP_SHARED)).toBe(bo);
    expect(c.file.mmap(offset, 4096, PROT_READ, MAP_SHARED)).toBe(bo);
  });

  test('skips offsets with 32 zero bits also in the middle', () => {
    const { c } = withBo();
    const sizes = [2 ** 32 - 3 * 4096, 4096, 4096, 4096];
    const offsets = sizes.map((size) => {
      const handle = c.make('BO_CREATE', { size }, 'handle');
      return c.make('BO_MMAP_OFFSET', { handle }, 'offset');
    });
    expect(offsets.filter((offset) => offset % 2 ** 32 === 0)).toEqual([]);
    expect(new Set(offsets).size).toBe(4);
  });

  test('refuses what is too long, begins inside, is private, or is of no object', () => {
    const { c, handle } = withBo();
    const offset = c.make('BO_MMAP_OFFSET', { handle }, 'offset');
    const map = (at: number, length: number, flags = MAP_SHARED): unknown =>
      c.file.mmap(at, length, PROT_READ, flags);
    expect(map(offset, 16384)).toBe(-EINVAL);
    expect(map(offset + 4096, 4096)).toBe(-EINVAL);
    expect(map(offset, 4096, MAP_PRIVATE)).toBe(-EINVAL);
    expect(map(0, 4096)).toBe(-EINVAL);
    c.call('GEM_CLOSE', { handle });
    expect(map(offset, 4096)).toBe(-EINVAL);
  });

  test('refuses an object that the file has no handle for', () => {
    const { c, handle } = withBo();
    const offset = c.make('BO_MMAP_OFFSET', { handle }, 'offset');
    expect(new TestClient({ of: c }).file.mmap(offset, 4096, PROT_READ, MAP_SHARED)).toBe(-EACCES);
  });

  test('gives offsets of what is gone to others', () => {
    const { c, handle } = withBo();
    const offset = c.make('BO_MMAP_OFFSET', { handle }, 'offset');
    c.call('GEM_CLOSE', { handle });
    const again = c.make('BO_CREATE', { size: 10000 }, 'handle');
    expect(c.make('BO_MMAP_OFFSET', { handle: again }, 'offset')).toBe(offset);
  });

  test('of an object that is not to be mapped fails in mmap() itself on 6.12', () => {
    const { c, handle } = withBo({ kernel: '6.12' }, { flags: 1 });
    const offset = c.make('BO_MMAP_OFFSET', { handle }, 'offset');
    expect(c.file.mmap(offset, 4096, PROT_READ, MAP_SHARED)).toBe(-EINVAL);
  });
});

describe('the flush-id page', () => {
  test('is one page to be read, shared', () => {
    const c = new TestClient();
    const at = 2 ** 56;
    expect(c.file.mmap(at, 4096, PROT_READ, MAP_SHARED)).toBe(FLUSH_ID_PAGE);
    expect(c.file.mmap(at, 8192, PROT_READ, MAP_SHARED)).toBe(-EINVAL);
    expect(c.file.mmap(at, 4096, PROT_READ | PROT_WRITE, MAP_SHARED)).toBe(-EINVAL);
    expect(c.file.mmap(at, 4096, PROT_READ | 4, MAP_SHARED)).toBe(-EINVAL);
    expect(c.file.mmap(at, 4096, PROT_READ, MAP_PRIVATE)).toBe(-EINVAL);
    expect(c.file.mmap(at + 4096, 4096, PROT_READ, MAP_SHARED)).toBe(-EINVAL);
  });

  test('moves where the client wants it', () => {
    const c = new TestClient();
    expect(c.call('SET_USER_MMIO_OFFSET', { offset: 2n ** 43n })).toBe(0);
    expect(c.file.mmap(2 ** 43, 4096, PROT_READ, MAP_SHARED)).toBe(FLUSH_ID_PAGE);
    expect(c.file.mmap(2 ** 56, 4096, PROT_READ, MAP_SHARED)).toBe(-EINVAL);
    expect(c.call('SET_USER_MMIO_OFFSET', { offset: 2n ** 56n })).toBe(0);
    expect(c.file.mmap(2 ** 56, 4096, PROT_READ, MAP_SHARED)).toBe(FLUSH_ID_PAGE);
  });
});

describe('PRIME', () => {
  function two(): { a: TestClient; b: TestClient; fds: ModelFdTable } {
    const fds = new ModelFdTable();
    const a = new TestClient({ fds });
    return { a, b: new TestClient({ of: a, fds }), fds };
  }

  test('hands the same object to another client, under one handle however often', () => {
    const { a, b } = two();
    a.make('BO_CREATE', { size: 4096 }, 'handle');
    const fd = a.make('PRIME_HANDLE_TO_FD', { handle: 1, flags: 0x80002 }, 'fd');
    b.make('BO_CREATE', { size: 4096 }, 'handle');
    expect(b.make('PRIME_FD_TO_HANDLE', { fd }, 'handle')).toBe(2);
    expect(b.make('PRIME_FD_TO_HANDLE', { fd }, 'handle')).toBe(2);
    expect(b.file.lookupGem(2)).toBe(a.file.lookupGem(1));
    expect(b.make('BO_QUERY_INFO', { handle: 2 }, 'extra_flags')).toBe(0);
  });

  test('gives the exporter its own handle back', () => {
    const { a } = two();
    a.make('BO_CREATE', { size: 4096 }, 'handle');
    const fd = a.make('PRIME_HANDLE_TO_FD', { handle: 1 }, 'fd');
    expect(a.make('PRIME_FD_TO_HANDLE', { fd }, 'handle')).toBe(1);
  });

  test('re-exports what was imported as the same dma-buf', () => {
    const { a, b, fds } = two();
    a.make('BO_CREATE', { size: 4096 }, 'handle');
    const fd = a.make('PRIME_HANDLE_TO_FD', { handle: 1 }, 'fd');
    b.make('PRIME_FD_TO_HANDLE', { fd }, 'handle');
    const again = b.make('PRIME_HANDLE_TO_FD', { handle: 1 }, 'fd');
    expect(again).not.toBe(fd);
    expect(fds.lookup(again)).toBe(fds.lookup(fd));
  });

  test('keeps an object while a descriptor, a handle of the importer, or both are left', () => {
    const { a, b, fds } = two();
    a.make('BO_CREATE', { size: 4096 }, 'handle');
    const bo = a.file.lookupGem(1) as GemObject;
    const fd = a.make('PRIME_HANDLE_TO_FD', { handle: 1 }, 'fd');
    a.close();
    expect(bo.refs).toBeGreaterThan(0);
    expect(b.make('PRIME_FD_TO_HANDLE', { fd }, 'handle')).toBe(1);
    fds.close(fd);
    expect(bo.refs).toBeGreaterThan(0);
    b.call('GEM_CLOSE', { handle: 1 });
    expect([bo.refs, bo.handleCount]).toEqual([0, 0]);
  });

  test('forgets a closed handle: the next import makes another', () => {
    const { a, b } = two();
    a.make('BO_CREATE', { size: 4096 }, 'handle');
    const fd = a.make('PRIME_HANDLE_TO_FD', { handle: 1 }, 'fd');
    b.make('PRIME_FD_TO_HANDLE', { fd }, 'handle');
    b.call('GEM_CLOSE', { handle: 1 });
    b.make('BO_CREATE', { size: 4096 }, 'handle');
    expect(b.make('PRIME_FD_TO_HANDLE', { fd }, 'handle')).toBe(2);
  });
});

test('a client name is kept, and taken away again', () => {
  const c = new TestClient();
  expect(c.call('SET_CLIENT_NAME', { name_len: 5, name: filled(5, 0x61) })).toBe(0);
  expect(c.file.clientName).toBe('aaaaa');
  expect(c.call('SET_CLIENT_NAME', {})).toBe(0);
  expect(c.file.clientName).toBeNull();
});
