/** Calls of 32-bit processes: struct drm_version32 and its kin. */
import { describe, expect, it } from 'vitest';
import { run } from '../../../src/coroutine/op.ts';
import { UserMemory } from '../../../src/driver/base/uaccess.ts';
import { EACCES, EFAULT, ENOTTY } from '../../../uapi/errno.ts';
import { TestClient, type TestClientOptions } from '../client.ts';

const VERSION32 = 0xc0246400;
const GET_UNIQUE32 = 0xc0086401;
const GET_CLIENT32 = 0xc0186405;
const ARG = 0x1000;

/** Makes a call whose argument is these words; its result and the argument's words after it. */
function call(c: TestClient, request: number, words: number[], buffers: [number, number][] = []) {
  const mem = new UserMemory();
  mem.add(ARG, new Uint8Array(new Uint32Array(words).buffer));
  for (const [addr, size] of buffers) mem.add(addr, new Uint8Array(size));
  const ret = run(c.drv.ioctl(c.file, request, mem, ARG));
  const at = mem.locate(ARG, words.length * 4);
  const text = (addr: number, size: number) =>
    new TextDecoder().decode(mem.data.subarray(mem.locate(addr, size), mem.locate(addr, size) + size));
  return { ret, words: words.map((_, i) => mem.view.getUint32(at + i * 4, true)), text };
}

const armhf = (options: TestClientOptions = {}) => new TestClient({ ...options, compat: true });

describe('a 32-bit process', () => {
  it('asks for the version with pointers of four bytes', () => {
    const first = call(armhf(), VERSION32, [0, 0, 0, 0, 0, 0, 0, 0, 0]);
    expect([first.ret, ...first.words]).toEqual([0, 1, 8, 0, 7, 0, 1, 0, 18, 0]);
    const second = call(
      armhf(),
      VERSION32,
      [0, 0, 0, 7, 0x2000, 1, 0x3000, 18, 0x4000],
      [
        [0x2000, 8],
        [0x3000, 8],
        [0x4000, 24],
      ],
    );
    expect([second.ret, second.text(0x2000, 7), second.text(0x3000, 1), second.text(0x4000, 18)]).toEqual([
      0,
      'panthor',
      '0',
      'Panthor DRM driver',
    ]);
  });

  it('gets EFAULT, and nothing written back, where a string cannot be written', () => {
    const c = call(armhf(), VERSION32, [0, 0, 0, 7, 0x2000, 0, 0, 0, 0]);
    expect([c.ret, ...c.words]).toEqual([-EFAULT, 0, 0, 0, 7, 0x2000, 0, 0, 0, 0]);
  });

  it('may ask for bus id and client on card0 only', () => {
    expect(call(armhf(), GET_UNIQUE32, [0, 0]).ret).toBe(-EACCES);
    expect(call(armhf(), GET_CLIENT32, [0, 0, 0, 0, 0, 0]).ret).toBe(-EACCES);
    const card = armhf({ node: 'primary' });
    expect(call(card, GET_UNIQUE32, [0, 0])).toMatchObject({ ret: 0, words: [0, 0] });
    card.file.callerTid = 77;
    expect(call(card, GET_CLIENT32, [0, 9, 9, 9, 9, 9])).toMatchObject({
      ret: 0,
      words: [0, 1, 77, 65534, 0, 0],
    });
  });

  it('is taken at its number: drm_compat_ioctl() looks at nothing else', () => {
    expect(call(armhf(), 0x5401, [0, 0]).ret).toBe(-EACCES);
    expect(call(armhf(), 0x540b, [0, 0]).ret).toBe(-ENOTTY);
    expect(call(new TestClient(), 0x5401, [0, 0]).ret).toBe(-ENOTTY);
  });

  it('makes all other calls as a 64-bit one does', () => {
    const c = armhf();
    expect(c.make('VM_CREATE', {}, 'id')).toBe(1);
    expect(c.call('VM_DESTROY', { id: 1 })).toBe(0);
  });
});

it('a 64-bit process that sends the 32-bit request is answered with the 64-bit struct', () => {
  expect(call(new TestClient(), VERSION32, [0, 0, 0, 0, 0, 0, 0, 0, 0]).words.slice(0, 5)).toEqual([
    1, 8, 0, 0, 7,
  ]);
});
