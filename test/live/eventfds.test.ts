/** Many eventfds wait for one syncobj. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  buildNative,
  compileProgram,
  compiler,
  expectDescriptors,
  leftOver,
  restingDescriptors,
  runProgram,
  startServer,
} from './toolbox.ts';

const scratch = mkdtempSync(join(tmpdir(), 'panthor-eventfds-'));
afterAll(() => rmSync(scratch, { recursive: true }));

describe.skipIf(compiler === null)('a thousand eventfds', () => {
  beforeAll(buildNative, 120_000);

  it.each([
    ['are readable when the call that signals them returns', 'signal'],
    ['are closed when their client is gone', 'leave'],
  ])('%s', async (_, what) => {
    const fixture = startServer();
    const before = leftOver(fixture);
    const descriptors = await restingDescriptors();
    const ended = await runProgram(fixture, compileProgram('eventfds', scratch), [what]);
    expect(ended).toMatchObject({ status: 0, stderr: '' });
    await fixture.runToQuiescence();
    expect(leftOver(fixture)).toEqual(before);
    await expectDescriptors(descriptors);
    fixture.close();
  });
});
