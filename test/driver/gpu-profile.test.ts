import { describe, expect, test } from 'vitest';
import { GPU_PROFILES, gpuProfile, PROFILE_FIELDS, parseGpuProfile } from '../../src/driver/gpu-profile.ts';

describe('a GPU profile of the package', () => {
  test.each(GPU_PROFILES)('%s is one that clients take', (name) => {
    const profile = gpuProfile(name);
    expect(profile.mmu_features).toBe(0x2830);
    expect(profile.as_present).toBe(0xff);
    expect(profile.shader_present % 2 ** 32).not.toBe(0);
    expect(profile.tiler_present % 2 ** 32).not.toBe(0);
    expect(profile.compatible.at(-1)).toBe('arm,mali-valhall-csf');
  });

  test('is found whatever the case of its name', () => {
    expect(gpuProfile('G610').gpu_id).toBe(0xa8670000);
    expect(gpuProfile('g310').gpu_id).toBe(0xac740000);
  });
});

describe('a profile that is wrong', () => {
  const good = JSON.parse(JSON.stringify(gpuProfile('g610')));

  test.each([
    ['no object', 5, /not a JSON object/],
    ['a missing register', { ...good, l2_features: undefined }, /l2_features/],
    ['a register of 33 bits', { ...good, gpu_id: '0x100000000' }, /gpu_id is not an integer below 2\^32/],
    ['a fraction', { ...good, csg_slot_count: 1.5 }, /csg_slot_count/],
    ['text that is no number', { ...good, mem_features: '12' }, /mem_features/],
    ['three texture registers', { ...good, texture_features: [1, 2, 3] }, /list of four/],
    ['no shader cores', { ...good, shader_present: 0 }, /no client takes/],
    ['no name', { ...good, name: 3 }, /name/],
    ['a compatible that is no list', { ...good, compatible: 'arm' }, /compatible/],
  ])('with %s is refused with its name and the field', (_what, json, message) => {
    expect(() => parseGpuProfile('mine.json', json)).toThrow(message);
    expect(() => parseGpuProfile('mine.json', json)).toThrow(/mine\.json/);
  });

  test('is told all that it lacks at once', () => {
    const { gpu_id: _id, csg_slot_count: _count, name: _name, ...rest } = good;
    expect(() => parseGpuProfile('mine.json', { ...rest, as_present: -1, cs_reg_count: 0 })).toThrow(
      'GPU profile mine.json: lacks name, gpu_id, csg_slot_count; as_present is not an integer below 2^32; ' +
        'cs_reg_count is zero, no client takes such a GPU',
    );
    expect(() => parseGpuProfile('mine.json', {})).toThrow(`lacks ${PROFILE_FIELDS.join(', ')}`);
  });

  test('may be a file that does not exist', () => {
    expect(() => gpuProfile('no-such-gpu.json')).toThrow(/no such file, and none of g610, g310/);
  });
});
