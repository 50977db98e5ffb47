import { describe, expect, it } from 'vitest';
import { EINTR, EINVAL, ENOENT, ETIME } from '../../uapi/errno.ts';
import { History, words } from './builder.ts';

const KIB = 1024;
const MAP = 2;
const SPARSE = 2 | 8;

const findings = (history: History, kernelName = 'next', check = false) => {
  const { divergences, explained, wouldBlock, timing } = history.play(kernelName, check).tally;
  return {
    divergences: divergences.kept.map(({ index, what }) => `${index} ${what}`),
    explained: explained.kept.map(({ index, why }) => `${index} ${why}`),
    wouldBlock: wouldBlock.kept.map(({ index, what }) => `${index} ${what}`),
    timing: timing.kept.map(({ index, what }) => `${index} ${what}`),
  };
};
const NOTHING = { divergences: [], explained: [], wouldBlock: [], timing: [] };

describe('a call that', () => {
  it('succeeded and fails here is a divergence', () => {
    const history = new History().call('BO_CREATE', { size: 0 }, { handle: 1 });
    expect(findings(history)).toEqual({
      ...NOTHING,
      divergences: [
        '0 BO_CREATE: succeeded there, EINVAL here (at size [panthor_ioctl_bo_create]: an object of 0 bytes)',
      ],
    });
  });

  it('failed and succeeds here is a divergence', () => {
    const history = new History().call('BO_CREATE', { size: 4 * KIB }, {}, { errno: EINVAL });
    expect(findings(history)).toEqual({
      ...NOTHING,
      divergences: ['0 BO_CREATE: EINVAL there, succeeds here'],
    });
  });

  it('failed both times is none, whatever the error, until --check looks at it', () => {
    const history = (replies: 'stand-in' | 'kernel'): History =>
      new History({ replies }).call('BO_CREATE', { size: 0 }, {}, { errno: ENOENT });
    expect(findings(history('kernel'))).toEqual(NOTHING);
    expect(findings(history('stand-in'), 'next', true)).toEqual(NOTHING);
    const wrong =
      '0 BO_CREATE: ENOENT there, EINVAL here (at size [panthor_ioctl_bo_create]: an object of 0 bytes)';
    expect(findings(history('kernel'), 'next', true)).toEqual({ ...NOTHING, divergences: [wrong] });
  });
});

describe('--check', () => {
  it('compares outputs, ids apart', () => {
    const history = (size: number): History =>
      new History({ replies: 'model' }).call('BO_CREATE', { size: 100 }, { size, handle: 99 });
    expect(findings(history(4 * KIB), 'next', true)).toEqual(NOTHING);
    expect(findings(history(8 * KIB), 'next', false)).toEqual(NOTHING);
    const wrong = '0 BO_CREATE: size is 0x2000 there, 0x1000 here';
    expect(findings(history(8 * KIB), 'next', true)).toEqual({ ...NOTHING, divergences: [wrong] });
  });

  it('compares what is behind pointers', () => {
    const history = (mask: number): History =>
      new History({ replies: 'kernel' }).call(
        'DEV_QUERY',
        { type: 3, size: 4, pointer: '0x1000' },
        {},
        {
          buffers: [{ addr: 0x1000, in: words(4, 0), out: words(4, mask) }],
        },
      );
    expect(findings(history(3), 'next', true)).toEqual(NOTHING);
    const wrong = '0 DEV_QUERY: pointer->allowed_mask is 0x1 there, 0x3 here';
    expect(findings(history(1), 'next', true)).toEqual({ ...NOTHING, divergences: [wrong] });
    // High priorities are for clients with CAP_SYS_NICE: this one must have had it.
    expect(findings(history(15), 'next', true)).toEqual(NOTHING);
  });

  it('compares what a failed call wrote', () => {
    const ops = [{ flags: MAP, bo_handle: 9, va: 0, size: 4 * KIB }];
    const history = new History({ replies: 'kernel' }).call(
      'VM_CREATE',
      {},
      { id: 1, user_va_range: '0x800000000000' },
    );
    history.bind(1, 0, ops, { errno: EINVAL });
    // The kernel says which operation failed; this capture claims that it left the count alone.
    expect(findings(history, 'next', true).divergences).toEqual([
      expect.stringContaining('1 VM_BIND: ops is'),
    ]);
  });

  it('does not take the model’s own numbers, where the client’s went in, for a difference', () => {
    const history = new History({ replies: 'kernel' })
      .call('VM_CREATE', { user_va_range: '0x800000000000' }, { id: 9 })
      .call('BO_CREATE', { size: 4 * KIB, exclusive_vm_id: 9 }, { handle: 77 })
      .bind(9, 0, [{ flags: MAP, bo_handle: 77, va: 0, size: 4 * KIB }])
      .call('SYNCOBJ_CREATE', {}, { handle: 70 })
      .call(
        'SYNCOBJ_RESET',
        { handles: '0x2000', count_handles: 1 },
        {},
        {
          buffers: [{ addr: 0x2000, in: words(4, 70) }],
        },
      );
    expect(findings(history, 'next', true)).toEqual(NOTHING);
  });

  it('compares a buffer that was recorded after the call only', () => {
    const buffers = [{ addr: 0x1000, in: new Uint8Array(0), out: words(4, 3) }];
    const query = { type: 3, size: 4, pointer: '0x1000' };
    const history = new History({ replies: 'kernel' }).call('DEV_QUERY', query, {}, { buffers });
    expect(findings(history, 'next', true)).toEqual(NOTHING);
  });

  it('leaves the clock and the speed of the GPU out of it', () => {
    const info = (n: number): Uint8Array => words(8, n, n, n, n, n, n, n);
    const history = new History({ replies: 'kernel' })
      .call(
        'DEV_QUERY',
        { type: 2, size: 56, pointer: '0x1000' },
        {},
        {
          buffers: [{ addr: 0x1000, in: info(0), out: info(12345) }],
        },
      )
      .call('SYNCOBJ_CREATE', { flags: 1 }, { handle: 1 })
      .call(
        'SYNCOBJ_WAIT',
        { handles: '0x2000', count_handles: 1 },
        {},
        {
          errno: ETIME,
          buffers: [{ addr: 0x2000, in: words(4, 1) }],
        },
      )
      .call(
        'SYNCOBJ_WAIT',
        { handles: '0x2000', count_handles: 1 },
        {},
        {
          errno: EINTR,
          buffers: [{ addr: 0x2000, in: words(4, 1) }],
        },
      );
    expect(findings(history, 'next', true)).toEqual({
      ...NOTHING,
      timing: ['2 SYNCOBJ_WAIT: ETIME there, done here', '3 SYNCOBJ_WAIT: EINTR there, done here'],
    });
  });

  it('knows that another version says other things', () => {
    const version = (minor: number) => ({ version_major: 1, version_minor: minor });
    const history = new History({ replies: 'kernel', driver_version: '1.8.0' }).call(
      'VERSION',
      {},
      {
        ...version(8),
        name_len: 7,
        date_len: 8,
        desc_len: 36,
      },
    );
    const { divergences, explained } = findings(history, 'next', true);
    expect(divergences).toEqual([]);
    expect(explained).toEqual(['0 VERSION: version_minor is 0x8 there, 0x9 here']);
  });
});

describe('a wait', () => {
  const wait = (timeout: string | number, replies: 'stand-in' | 'model' = 'stand-in'): History =>
    new History({ replies })
      .call('SYNCOBJ_CREATE', {}, { handle: 1 })
      .call(
        'SYNCOBJ_TIMELINE_WAIT',
        { handles: '0x2000', points: '0x3000', timeout_nsec: timeout, count_handles: 1, flags: 7 },
        {},
        {
          buffers: [
            { addr: 0x2000, in: words(4, 1) },
            { addr: 0x3000, in: words(8, 1) },
          ],
        },
      )
      .call('SYNCOBJ_DESTROY', { handle: 1 });

  it('that would block is said to, and the replay goes on', () => {
    const history = wait('0x7fffffffffffffff');
    expect(findings(history)).toEqual({ ...NOTHING, wouldBlock: ['1 SYNCOBJ_TIMELINE_WAIT would block'] });
    expect(history.play().tally.records).toBe(3);
    expect(history.play().model.drv.blockedCalls.size).toBe(0);
  });

  it('that only looks and finds nothing yet is the same', () => {
    expect(findings(wait(0)).wouldBlock).toEqual(['1 SYNCOBJ_TIMELINE_WAIT would block (ETIME by now)']);
  });

  it('is a divergence where the reply is to be believed', () => {
    expect(findings(wait('0x7fffffffffffffff', 'model'), 'next', true).divergences).toEqual([
      '1 SYNCOBJ_TIMELINE_WAIT: succeeded there, would block here',
    ]);
    expect(findings(wait(0, 'model'), 'next', true).divergences.length).toBe(1);
  });
});

describe('what an older kernel refuses', () => {
  it.each([
    ['an ioctl', 'BO_QUERY_INFO came with 1.7', (s: History) => s.call('BO_QUERY_INFO', { handle: 1 })],
    [
      'a type',
      'DRM_PANTHOR_DEV_QUERY_GROUP_PRIORITIES_INFO came with 1.2',
      (s: History) => s.call('DEV_QUERY', { type: 3 }, { size: 4 }),
    ],
    [
      'a flag',
      'DRM_PANTHOR_BO_WB_MMAP came with 1.7',
      (s: History) => s.call('BO_CREATE', { size: 4096, flags: 2 }, { handle: 2 }),
    ],
    [
      'a flag behind a pointer',
      'DRM_PANTHOR_VM_BIND_OP_MAP_SPARSE came with 1.8',
      (s: History) => s.bind(1, 0, [{ flags: SPARSE, va: 0, size: 1 << 21 }]),
    ],
  ])('because %s is newer is explained', (_, why, add) => {
    const history = new History()
      .call('VM_CREATE', {}, { id: 1 })
      .call('BO_CREATE', { size: 4096 }, { handle: 1 });
    add(history);
    expect(findings(history)).toEqual(NOTHING);
    const { divergences, explained } = findings(history, '6.12');
    expect(divergences).toEqual([]);
    expect(explained).toEqual([expect.stringContaining(why)]);
  });

  it('is explained with all that follows: objects, their mappings, and what would have been signalled', () => {
    const buffers = [{ addr: 0x2000, in: words(4, 4) }];
    const history = new History()
      .call('VM_CREATE', {}, { id: 1 })
      .call('BO_CREATE', { size: 4096, flags: 2 }, { handle: 1 })
      .call('BO_MMAP_OFFSET', { handle: 1 }, { offset: '0x10000' })
      .mmap(0x10000, 4096)
      .call('SYNCOBJ_CREATE', {}, { handle: 4 })
      .bind(1, 1, [
        { flags: MAP, bo_handle: 1, va: 0, size: 4096, syncs: [{ flags: '0x80000000', handle: 4 }] },
      ])
      .call('SYNCOBJ_WAIT', { handles: '0x2000', count_handles: 1 }, {}, { buffers })
      .call('GEM_CLOSE', { handle: 1 });
    expect(findings(history)).toEqual(NOTHING);
    const { divergences, explained } = findings(history, '6.12');
    expect(divergences).toEqual([]);
    expect(explained.map((line) => line.replace(/: E[A-Z]+: /, ': '))).toEqual([
      '1 BO_CREATE: DRM_PANTHOR_BO_WB_MMAP came with 1.7',
      '2 BO_MMAP_OFFSET: bo 1 was refused in record 1',
      '3 the offset was refused in record 2',
      '5 VM_BIND: bo 1 was refused in record 1',
      '6 SYNCOBJ_WAIT: syncobj 4 would have been signalled by record 5',
      '7 GEM_CLOSE: bo 1 was refused in record 1',
    ]);
  });

  it('is explained through transfers and signals, until the syncobj is another', () => {
    const wait = (handle: number) => ({ buffers: [{ addr: 0x2000, in: words(4, handle) }] });
    const history = new History()
      .call('VM_CREATE', {}, { id: 1 })
      .call('SYNCOBJ_CREATE', {}, { handle: 1 })
      .call('SYNCOBJ_CREATE', {}, { handle: 2 })
      .bind(1, 1, [{ flags: SPARSE, va: 0, size: 1 << 21, syncs: [{ flags: '0x80000000', handle: 1 }] }])
      .call('SYNCOBJ_TRANSFER', { src_handle: 1, dst_handle: 2 })
      .call('SYNCOBJ_WAIT', { handles: '0x2000', count_handles: 1 }, {}, wait(2))
      .call('SYNCOBJ_DESTROY', { handle: 2 })
      .call('SYNCOBJ_CREATE', {}, { handle: 2 })
      .call('SYNCOBJ_WAIT', { handles: '0x2000', count_handles: 1 }, {}, wait(2));
    const { divergences, explained } = findings(history, '6.12');
    expect(explained.map((line) => line.split(' ')[0])).toEqual(['3', '4', '5']);
    expect(divergences).toEqual([
      '8 SYNCOBJ_WAIT: succeeded there, EINVAL here (at handles[0] [drm_syncobj_array_wait_timeout]: syncobj 2 has no fence, and WAIT_FOR_SUBMIT is not asked for)',
    ]);
  });

  it('is no excuse once the number was given out again', () => {
    const history = new History()
      .call('BO_CREATE', { size: 4096, flags: 2 }, { handle: 1 })
      .call('BO_CREATE', { size: 4096 }, { handle: 1 })
      .call('GEM_CLOSE', { handle: 1 })
      .call('GEM_CLOSE', { handle: 1 });
    const { divergences, explained } = findings(history, '6.12');
    expect(explained.length).toBe(1);
    expect(divergences).toEqual([
      '3 GEM_CLOSE: succeeded there, EINVAL here (at handle [drm_gem_handle_delete]: there is no object 1)',
    ]);
  });

  it('and the capture’s kernel refused too, a newer one does not: explained as well', () => {
    const history = new History({ replies: 'kernel', driver_version: '1.8.0' }).call(
      'DEV_QUERY',
      { type: 4 },
      {},
      {
        errno: EINVAL,
      },
    );
    expect(findings(history, '7.2')).toEqual(NOTHING);
    expect(findings(history, 'next').divergences).toEqual([]);
    expect(findings(history, 'next').explained).toEqual([
      expect.stringContaining("the capture's kernel is older"),
    ]);
  });
});

describe('a refused call', () => {
  it('is told with the function and the field, from its bytes or from what it names', () => {
    const { tally } = new History({ replies: 'kernel' })
      .call('VM_CREATE', {}, { id: 1 })
      .bind(1, 0, [{ flags: MAP, bo_handle: 7, va: 4096, size: 4096 }], { errno: ENOENT })
      .bind(1, 0, [{ flags: MAP, bo_handle: 7, va: 1, size: 4096 }], { errno: EINVAL })
      .call('VM_DESTROY', { id: 8 }, {}, { errno: EINVAL })
      .play('7.2');
    expect(tally.refused.kept).toMatchObject([
      { index: 1, call: 'VM_BIND', function: 'panthor_vm_prepare_map_op_ctx', field: 'ops[0].bo_handle' },
      { index: 2, call: 'VM_BIND', error: 'EINVAL', field: expect.stringMatching(/^ops\[0\]/) },
      { index: 3, function: 'panthor_vm_pool_destroy_vm', field: 'id', why: 'there is no VM 8' },
    ]);
  });
});

it('findings without end are counted, and the first thousand kept', () => {
  const history = new History();
  for (let i = 0; i < 1500; i++) history.call('GEM_CLOSE', { handle: 1 });
  const { divergences } = history.play().tally;
  expect(divergences.count).toBe(1500);
  expect(divergences.kept.length).toBe(1000);
});
