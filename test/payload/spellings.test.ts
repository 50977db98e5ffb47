import { describe, expect, it } from 'vitest';
import { payloadOf } from '../../src/payload/input.ts';
import { fromJson, toJson } from '../../src/payload/json.ts';
import { render } from '../../src/payload/render.ts';
import { judge } from '../../src/payload/verdict.ts';
import { callText } from '../../src/report/call.ts';
import { findIoctl, guessStruct, isNamed } from '../../uapi/lookup.ts';
import { requestOf } from '../../uapi/request.ts';
import { History } from '../replay/builder.ts';

describe('a request', () => {
  it.each([
    ['0xc0186443', 0xc0186443],
    ['3222823999', 3222823999],
    ['_IOC(_IOC_READ|_IOC_WRITE, 0x64, 0x43, 0x18)', 0xc0186443],
    ['_IOC(_IOC_WRITE|_IOC_READ,100,67,24)', 0xc0186443],
    ['_IOC(_IOC_NONE, 0x64, 0x1e, 0)', 0x641e],
    ['_IOC(3, 0x64, 0x43, 0x18)', 0xc0186443],
    ["_IOWR('d', 0x43, 0x18)", 0xc0186443],
    ["_IO('d', 0x1e)", 0x641e],
    ["0xc0186443 { IOWR 0x64('d'), 67, 24 }", 0xc0186443],
    ['0xc0186443 { … }', 0xc0186443],
    ['_IOC(_IOC_READ|_IOC_WRITE, 0x64, 0x43, 0x18) /* unknown */', 0xc0186443],
    // An int with its sign.
    ['-1072143293', 0xc0186443],
    ['0xffffffffc0186443', 0xc0186443],
    ['18446744072637408323', 0xc0186443],
  ])('is taken as %s', (text, request) => {
    expect(requestOf(text)).toBe(request);
  });

  it.each([
    '_IOWR(0x64, 0x43, struct drm_panthor_vm_bind)',
    "_IOWR('d', 0x43, drm_panthor_vm_bind)",
    'DRM_IOWR(0x43, struct drm_panthor_vm_bind)',
    'DRM_IOWR( DRM_COMMAND_BASE + 3, struct drm_panthor_vm_bind)',
  ])('with the name of a struct is taken as %s', (text) => {
    expect(findIoctl(text)).toMatchObject({ request: 0xc0186443, exact: true });
    expect(isNamed(0xc0186443, text)).toBe(true);
    expect(() => findIoctl(text.replace('vm_bind', 'vm_bund'))).toThrow('unknown ioctl');
  });

  it.each([
    'VM_BIND',
    '_IOC(_IOC_UP, 1, 2, 3)',
    '_IOC(3, 0x164, 1, 1)',
    '_IOC(3, 1, 1, 0x4000)',
    '_IOWR(x, 1, 2)',
    '0x {}',
    '0x1c0186443',
    '0xfffffffec0186443',
    '0xffffffff40186443',
    '-4000000000',
    `${'/*'.repeat(100_000)}0x1`,
  ])('is not %s', (text) => expect(requestOf(text)).toBe(null));

  it('in any spelling states how many bytes the argument has', () => {
    for (const text of ['_IOC(_IOC_READ|_IOC_WRITE, 0x64, 0x43, 0x18)', '0xc0186443 { IOWR 0x64, 67, 24 }']) {
      expect(findIoctl(text)).toMatchObject({ request: 0xc0186443, exact: true });
      expect(() => payloadOf(new Uint8Array(16), { ioctl: text }, [])).toThrow(
        /expected 24, as request 0xc0186443/,
      );
    }
  });
});

describe('a guess', () => {
  it('is said, in each form', () => {
    const payload = payloadOf(new Uint8Array(112), {}, []);
    const verdict = judge(payload);
    expect(render(payload, verdict, 'full')).toMatch(/^struct drm_panthor_gpu_info, 112 bytes \(guessed: /);
    expect(render(payload, verdict, 'short')).toMatch(/\(guessed from the size\)\n$/);
    expect(toJson(payload)).toMatchObject({ guessed: true });
    const named = payloadOf(new Uint8Array(112), { struct: 'gpu_info' }, []);
    expect(render(named, judge(named), 'full')).not.toContain('guessed');
    expect(toJson(named)).not.toHaveProperty('guessed');
  });

  it('is not made of a word: a fault status is no struct', () => {
    expect(() => guessStruct(4)).toThrow(/4 bytes say not what they are: .*or a word of the MMU \(--reg\)/);
    expect(() => guessStruct(8)).toThrow(/8 bytes say not what they are/);
  });
});

describe('encode', () => {
  const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

  it('takes the names that dump prints', () => {
    const history = new History().bind(1, 1, [{ flags: 0x1000000a, bo_handle: 1, va: 4096, size: 4096 }]);
    const printed = /flags=([A-Z_|]+), bo_handle/.exec(callText(history.records[0]))?.[1];
    expect(printed).toBe('MAP_NOEXEC|MAP_SPARSE|TYPE_UNMAP');
    const made = fromJson({ struct: 'vm_bind_op', value: { flags: printed as string } });
    expect(hex(made.root.bytes.subarray(0, 4))).toBe('0a000010');
    const mask = fromJson({ struct: 'group_priorities_info', value: { allowed_mask: 'LOW|MEDIUM' } });
    expect(mask.root.bytes[0]).toBe(3);
    expect(() => fromJson({ struct: 'vm_bind_op', value: { flags: 'MAPS' } })).toThrow(/flags: found "MAPS"/);
  });

  it('makes buffers of lists and texts that stand where a pointer does', () => {
    const { root, regions } = fromJson({
      ioctl: 'VM_BIND',
      buffers: [{ addr: '0x20000', bytes: '00' }],
      value: {
        vm_id: 1,
        ops: [
          { flags: 'TYPE_MAP', bo_handle: 2, size: '0x1000', syncs: [{ handle: 3 }, { handle: 4 }] },
          { flags: 'TYPE_UNMAP', size: '0x1000' },
        ],
      },
    });
    expect(root.buffers[0].items.map(({ path }) => path)).toEqual(['ops[0]', 'ops[1]']);
    expect(root.buffers[0].items[0].buffers[0]).toMatchObject({
      path: 'ops[0].syncs',
      count: 2n,
      stride: 16n,
    });
    expect(new Set(regions.map(({ address }) => address)).size).toBe(regions.length);
    expect(regions.every(({ address }) => address >= 0x20000n)).toBe(true);
    const again = fromJson(
      toJson({ ...fromJson({ ioctl: 'SYNCOBJ_RESET', value: { handles: [5, '0x6'] } }) }),
    );
    expect(again.regions.map(({ bytes }) => hex(bytes))).toEqual(['0500000006000000']);
    expect(hex(again.root.bytes.subarray(8, 12))).toBe('02000000');
    const label = fromJson({ ioctl: 'BO_SET_LABEL', value: { handle: 1, label: 'texture' } });
    expect(Buffer.from(label.regions[0].bytes).toString()).toBe('texture\0');
  });

  it.each([
    [
      { ioctl: 'SYNCOBJ_RESET', value: { handles: [5, -1] } },
      'handles[1]: found -1, expected an integer of 32 bits',
    ],
    [{ ioctl: 'VM_BIND', value: { ops: [7] } }, 'ops[0]: found 7'],
    [{ ioctl: 'VM_BIND', value: { ops: [{ syncs: [{ handel: 1 }] }] } }, 'ops[0].syncs[0].handel'],
  ])('names what is wrong inside: %j', (json, message) => {
    expect(() => fromJson(json)).toThrow(message);
  });
});
