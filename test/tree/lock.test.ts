import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { locked } from '../../src/tree/lock.ts';

const top = mkdtempSync(join(tmpdir(), 'panthor-lock-'));
afterAll(() => rmSync(top, { recursive: true }));

describe('the lock of a tree in the cache', () => {
  it('lets one build run at a time, and tells the other that it waits', async () => {
    const path = join(top, 'lock');
    const said: string[] = [];
    let release = (): void => {};
    const held = new Promise<void>((done) => {
      release = done;
    });
    let entered = (): void => {};
    const inside = new Promise<void>((done) => {
      entered = done;
    });
    const first = locked(
      path,
      () => said.push('the first waits'),
      async () => {
        entered();
        await held;
        said.push('first');
      },
    );
    await inside;
    const second = locked(
      path,
      () => {
        said.push('waits');
        release();
      },
      () => said.push('second'),
    );
    await Promise.all([first, second]);
    expect(said).toEqual(['waits', 'first', 'second']);
  });

  it('is free again after a build that fails', async () => {
    const path = join(top, 'failing');
    const failing = locked(
      path,
      () => {},
      () => Promise.reject(new Error('it does not build')),
    );
    await expect(failing).rejects.toThrow('it does not build');
    expect(
      await locked(
        path,
        () => {},
        () => 'next',
      ),
    ).toBe('next');
  });
});
