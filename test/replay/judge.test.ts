import { describe, expect, it } from 'vitest';
import { EINTR, EINVAL, ENOENT, ETIME } from '../../uapi/errno.ts';
import { Story, words } from './builder.ts';

const KIB = 1024;
const MAP = 2;
const SPARSE = 2 | 8;

const findings = (story: Story, kernelName = 'next', check = false) => {
  const { divergences, explained, wouldBlock, timing } = story.play(kernelName, check).tally;
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
    const story = new Story().call('BO_CREATE', { size: 0 }, { handle: 1 });
    expect(findings(story)).toEqual({
      ...NOTHING,
      divergences: ['0 BO_CREATE: succeeded there, EINVAL here'],
    });
  });

  it('failed and succeeds here is a divergence', () => {
    const story = new Story().call('BO_CREATE', { size: 4 * KIB }, {}, { errno: EINVAL });
    expect(findings(story)).toEqual({
      ...NOTHING,
      divergences: ['0 BO_CREATE: EINVAL there, succeeds here'],
    });
  });

  it('failed both times is none, whatever the error, until --check looks at it', () => {
    const story = (replies: 'stand-in' | 'kernel'): Story =>
      new Story({ replies }).call('BO_CREATE', { size: 0 }, {}, { errno: ENOENT });
    expect(findings(story('kernel'))).toEqual(NOTHING);
    expect(findings(story('stand-in'), 'next', true)).toEqual(NOTHING);
    const wrong = '0 BO_CREATE: ENOENT there, EINVAL here';
    expect(findings(story('kernel'), 'next', true)).toEqual({ ...NOTHING, divergences: [wrong] });
  });
});

describe('--check', () => {
  it('compares outputs, ids apart', () => {
    const story = (size: number): Story =>
      new Story({ replies: 'model' }).call('BO_CREATE', { size: 100 }, { size, handle: 99 });
    expect(findings(story(4 * KIB), 'next', true)).toEqual(NOTHING);
    expect(findings(story(8 * KIB), 'next', false)).toEqual(NOTHING);
    const wrong = '0 BO_CREATE: size is 0x2000 there, 0x1000 here';
    expect(findings(story(8 * KIB), 'next', true)).toEqual({ ...NOTHING, divergences: [wrong] });
  });

  it('compares what is behind pointers', () => {
    const story = (mask: number): Story =>
      new Story({ replies: 'kernel' }).call(
        'DEV_QUERY',
        { type: 3, size: 4, pointer: '0x1000' },
        {},
        {
          buffers: [{ addr: 0x1000, in: words(4, 0), out: words(4, mask) }],
        },
      );
    expect(findings(story(3), 'next', true)).toEqual(NOTHING);
    const wrong = '0 DEV_QUERY: pointer->allowed_mask is 0x1 there, 0x3 here';
    expect(findings(story(1), 'next', true)).toEqual({ ...NOTHING, divergences: [wrong] });
    // High priorities are for clients with CAP_SYS_NICE: this one must have had it.
    expect(findings(story(15), 'next', true)).toEqual(NOTHING);
  });

  it('compares what a failed call wrote', () => {
    const ops = [{ flags: MAP, bo_handle: 9, va: 0, size: 4 * KIB }];
    const story = new Story({ replies: 'kernel' }).call(
      'VM_CREATE',
      {},
      { id: 1, user_va_range: '0x800000000000' },
    );
    story.bind(1, 0, ops, { errno: EINVAL });
    // The kernel says which operation failed; this capture claims that it left the count alone.
    expect(findings(story, 'next', true).divergences).toEqual([expect.stringContaining('1 VM_BIND: ops is')]);
  });

  it('does not take the model’s own numbers, where the client’s went in, for a difference', () => {
    const story = new Story({ replies: 'kernel' })
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
    expect(findings(story, 'next', true)).toEqual(NOTHING);
  });

  it('compares a buffer that was recorded after the call only', () => {
    const buffers = [{ addr: 0x1000, in: new Uint8Array(0), out: words(4, 3) }];
    const query = { type: 3, size: 4, pointer: '0x1000' };
    const story = new Story({ replies: 'kernel' }).call('DEV_QUERY', query, {}, { buffers });
    expect(findings(story, 'next', true)).toEqual(NOTHING);
  });

  it('leaves the clock and the speed of the GPU out of it', () => {
    const info = (n: number): Uint8Array => words(8, n, n, n, n, n, n, n);
    const story = new Story({ replies: 'kernel' })
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
    expect(findings(story, 'next', true)).toEqual({
      ...NOTHING,
      timing: ['2 SYNCOBJ_WAIT: ETIME there, done here', '3 SYNCOBJ_WAIT: EINTR there, done here'],
    });
  });

  it('knows that another version says other things', () => {
    const version = (minor: number) => ({ version_major: 1, version_minor: minor });
    const story = new Story({ replies: 'kernel', driver_version: '1.8.0' }).call(
      'VERSION',
      {},
      {
        ...version(8),
        name_len: 7,
        date_len: 8,
        desc_len: 36,
      },
    );
    const { divergences, explained } = findings(story, 'next', true);
    expect(divergences).toEqual([]);
    expect(explained).toEqual(['0 VERSION: version_minor is 0x8 there, 0x9 here']);
  });
});

describe('a wait', () => {
  const wait = (timeout: string | number, replies: 'stand-in' | 'model' = 'stand-in'): Story =>
    new Story({ replies })
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
    const story = wait('0x7fffffffffffffff');
    expect(findings(story)).toEqual({ ...NOTHING, wouldBlock: ['1 SYNCOBJ_TIMELINE_WAIT would block'] });
    expect(story.play().tally.records).toBe(3);
    expect(story.play().model.drv.blockedCalls.size).toBe(0);
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
    ['an ioctl', 'BO_QUERY_INFO came with 1.7', (s: Story) => s.call('BO_QUERY_INFO', { handle: 1 })],
    [
      'a type',
      'DRM_PANTHOR_DEV_QUERY_GROUP_PRIORITIES_INFO came with 1.2',
      (s: Story) => s.call('DEV_QUERY', { type: 3 }, { size: 4 }),
    ],
    [
      'a flag',
      'DRM_PANTHOR_BO_WB_MMAP came with 1.7',
      (s: Story) => s.call('BO_CREATE', { size: 4096, flags: 2 }, { handle: 2 }),
    ],
    [
      'a flag behind a pointer',
      'DRM_PANTHOR_VM_BIND_OP_MAP_SPARSE came with 1.8',
      (s: Story) => s.bind(1, 0, [{ flags: SPARSE, va: 0, size: 1 << 21 }]),
    ],
  ])('because %s is newer is explained', (_, why, add) => {
    const story = new Story()
      .call('VM_CREATE', {}, { id: 1 })
      .call('BO_CREATE', { size: 4096 }, { handle: 1 });
    add(story);
    expect(findings(story)).toEqual(NOTHING);
    const { divergences, explained } = findings(story, '6.12');
    expect(divergences).toEqual([]);
    expect(explained).toEqual([expect.stringContaining(why)]);
  });

  it('is explained with all that follows: objects, their mappings, and what would have been signalled', () => {
    const buffers = [{ addr: 0x2000, in: words(4, 4) }];
    const story = new Story()
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
    expect(findings(story)).toEqual(NOTHING);
    const { divergences, explained } = findings(story, '6.12');
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
    const story = new Story()
      .call('VM_CREATE', {}, { id: 1 })
      .call('SYNCOBJ_CREATE', {}, { handle: 1 })
      .call('SYNCOBJ_CREATE', {}, { handle: 2 })
      .bind(1, 1, [{ flags: SPARSE, va: 0, size: 1 << 21, syncs: [{ flags: '0x80000000', handle: 1 }] }])
      .call('SYNCOBJ_TRANSFER', { src_handle: 1, dst_handle: 2 })
      .call('SYNCOBJ_WAIT', { handles: '0x2000', count_handles: 1 }, {}, wait(2))
      .call('SYNCOBJ_DESTROY', { handle: 2 })
      .call('SYNCOBJ_CREATE', {}, { handle: 2 })
      .call('SYNCOBJ_WAIT', { handles: '0x2000', count_handles: 1 }, {}, wait(2));
    const { divergences, explained } = findings(story, '6.12');
    expect(explained.map((line) => line.split(' ')[0])).toEqual(['3', '4', '5']);
    expect(divergences).toEqual(['8 SYNCOBJ_WAIT: succeeded there, EINVAL here']);
  });

  it('is no excuse once the number was given out again', () => {
    const story = new Story()
      .call('BO_CREATE', { size: 4096, flags: 2 }, { handle: 1 })
      .call('BO_CREATE', { size: 4096 }, { handle: 1 })
      .call('GEM_CLOSE', { handle: 1 })
      .call('GEM_CLOSE', { handle: 1 });
    const { divergences, explained } = findings(story, '6.12');
    expect(explained.length).toBe(1);
    expect(divergences).toEqual(['3 GEM_CLOSE: succeeded there, EINVAL here']);
  });

  it('and the capture’s kernel refused too, a newer one does not: explained as well', () => {
    const story = new Story({ replies: 'kernel', driver_version: '1.8.0' }).call(
      'DEV_QUERY',
      { type: 4 },
      {},
      {
        errno: EINVAL,
      },
    );
    expect(findings(story, '7.2')).toEqual(NOTHING);
    expect(findings(story, 'next').divergences).toEqual([]);
    expect(findings(story, 'next').explained).toEqual([
      expect.stringContaining("the capture's kernel is older"),
    ]);
  });
});

it('findings without end are counted, and the first thousand kept', () => {
  const story = new Story();
  for (let i = 0; i < 1500; i++) story.call('GEM_CLOSE', { handle: 1 });
  const { divergences } = story.play().tally;
  expect(divergences.count).toBe(1500);
  expect(divergences.kept.length).toBe(1000);
});
