/** Releases and captures: which kernel a name stands for, and which one a capture was made on. */
import { describe, expect, it } from 'vitest';
import { kernelFor } from '../../src/driver/kernels/for-capture.ts';
import { isPresent, parseRelease } from '../../src/driver/kernels/release.ts';
import { BEHAVIOUR_KEYS, BEHAVIOURS, difference, KERNEL_NAMES, kernel } from '../../src/driver/kernels.ts';

const release = (text: string) => parseRelease(text) as NonNullable<ReturnType<typeof parseRelease>>;

describe('a presence', () => {
  const presence = { since: '7.3', backports: ['6.12.114', '7.2.6'] };

  it.each([
    ['6.12.113', false],
    ['6.12.114', true],
    ['6.12.117', true],
    ['6.18.19', false],
    ['7.1.5', false],
    ['7.2.5', false],
    ['7.2.6', true],
    ['7.3', true],
    ['7.4.1', true],
  ])('since 7.3, in 6.12.114 and 7.2.6: %s %s', (text, has) => {
    expect(isPresent(presence, release(text))).toBe(has);
  });

  it('ends in mainline and in the branches that dropped it, and may be nowhere', () => {
    const gone = { since: '6.18', until: '6.19', dropped: ['6.18.8'] };
    expect(['6.17.9', '6.18.2', '6.18.8', '6.19', '7.2'].map((one) => isPresent(gone, release(one)))).toEqual(
      [false, true, false, false, false],
    );
    expect(isPresent({ since: null }, release('9.0'))).toBe(false);
  });
});

describe('kernel()', () => {
  it.each([
    ['6.12', '6.12.117', 0],
    ['atomic-v4', '6.12.117', 0],
    ['6.12.107', '6.12.107', 0],
    ['6.18.2', '6.18.2', 5],
    ['6.18', '6.18.2', 5],
    ['7.1', '7.1.5', 8],
    ['7.2.13', '7.2.13', 8],
    ['7.3', '7.3.4', 9],
    ['next', '7.3.4', 9],
  ])('%s stands for %s and reports uAPI 1.%i', (name, exact, minor) => {
    expect(kernel(name)).toMatchObject({ release: exact, uapi: { major: 1, minor }, doubts: [] });
  });

  it.each([
    ['6.12.57', 'boOffsetCheck', false],
    ['6.12.58', 'boOffsetCheck', true],
    ['6.12.55', 'twoVmasForUnmap', false],
    ['6.12.74', 'stopGroupsBeforeDestroy', false],
    ['6.12.75', 'stopGroupsBeforeDestroy', true],
    ['6.12.96', 'bindFailureEndsTick', false],
    ['6.12.97', 'bindFailureEndsTick', true],
    ['6.12.112', 'queueCountCheck', false],
    ['6.12.107', 'userVaCheck', false],
    ['6.12.114', 'userVaCheck', true],
    ['6.18.2', 'holeIsASize', true],
    ['6.18.8', 'holeIsASize', false],
    ['7.0', 'replaceLockSilently', true],
    ['7.1.3', 'readSuspendedIrq', true],
    ['7.1.5', 'readSuspendedIrq', false],
    ['7.2.5', 'sparseMap', false],
    ['7.2.6', 'sparseMap', true],
  ] as const)('%s: %s is %s', (name, key, has) => {
    expect(kernel(name).behaviours[key]).toBe(has);
  });

  it('is not sure of releases that were not read, nor of those to come', () => {
    expect(kernel('6.15.3').doubts[0]).toContain('6.15.3 were not read');
    expect(kernel('8.1').doubts[0]).toContain('newer than what was read');
    expect(kernel('8.1').behaviours).toEqual(kernel('7.3').behaviours);
  });

  it.each([
    ['7,2', /did you mean '7.2'/],
    ['atomic-v5', /did you mean 'atomic-v4'/],
    ['nxt', /did you mean 'next'/],
    ['6.1.90', /panthor came with 6.10/],
    ['', /unknown kernel/],
    ['6.12.107-v8', /unknown kernel/],
  ])('refuses %s', (name, why) => {
    expect(() => kernel(name)).toThrow(why);
  });

  it('says which behaviour may have been meant', () => {
    expect(() => kernel('7.2', ['widen-lok'])).toThrow("did you mean 'widen-lock'?");
  });

  it('has no two columns alike but for what names them', () => {
    for (let i = 1; i < KERNEL_NAMES.length; i++) {
      const { onlyA, onlyB } = difference(kernel(KERNEL_NAMES[i - 1]), kernel(KERNEL_NAMES[i]));
      expect(onlyA.length + onlyB.length).toBeGreaterThan(0);
    }
  });

  it('is told of every behaviour by what release it is known', () => {
    for (const key of BEHAVIOUR_KEYS) {
      const row = BEHAVIOURS[key];
      expect(row.commit.length, key).toBeGreaterThan(5);
      expect(row.source, key).toMatch(/^(vectors|reading)/);
      if (row.in.since !== null) expect(parseRelease(row.in.since), key).not.toBeNull();
    }
  });
});

describe('the kernel of a capture', () => {
  it('is the release in its header', () => {
    const choice = kernelFor({ kernel_release: '6.12.107-v8+', driver_version: '1.0.0', client: 'x' });
    expect(choice).toEqual({
      name: '6.12.107',
      guessed: false,
      between: ['6.12.107'],
      statement: null,
    });
    expect(kernelFor({ kernel_release: '6.12.99' }).statement).toContain('not read');
  });

  it.each([
    ['1.0.0', '6.12', 4],
    ['1.5.0', '6.18', 2],
    ['1.7.0', '7.0', 1],
    ['1.8.0', '7.2', 2],
    ['1.9.0', '7.3', 1],
    ['1.12.0', '7.3', 1],
    ['', '7.2', 1],
  ])('is guessed from uAPI %s: %s', (driver_version, name, count) => {
    const choice = kernelFor({ driver_version });
    expect(choice).toMatchObject({ name, guessed: true });
    expect(choice.between).toHaveLength(count);
    expect(choice.between).toContain(name);
    expect(choice.statement).toMatch(/^kernel guessed/);
  });

  it("is taken from the client's name where that fits the uAPI version", () => {
    expect(kernelFor({ driver_version: '1.5.0', client: 'mesa-on-6.17' }).name).toBe('6.17');
    expect(kernelFor({ driver_version: '1.8.0', client: 'vkcube 1.4 on 7.1.3' }).name).toBe('7.1.3');
    expect(kernelFor({ driver_version: '1.8.0', client: 'mesa 26.1.0' }).name).toBe('7.2');
  });
});
