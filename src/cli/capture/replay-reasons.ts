import * as fs from 'node:fs';
import { openCapture } from '../../capture/reader.ts';
import type { ReplayOptions } from '../../replay/replayer.ts';
import type { Tally } from '../../replay/tally.ts';
import { WhatIf } from '../../replay/what-if.ts';

/** Divergences that reasons are looked for. */
const LOOKED_AT = 20;
/** Time that it may take, in ms. */
const BUDGET_MS = 10_000;

/**
 * Says of the first divergences which behaviours, switched alone, would explain them: the capture is played once more for
 * that, where it is a file that can be read again, and as far as that goes in ten seconds.
 */
export async function lookForReasons(path: string, options: ReplayOptions, tally: Tally): Promise<void> {
  if (path === '-' || fs.statSync(path, { throwIfNoEntry: false })?.isFile() !== true) return;
  const found = tally.divergences.kept.slice(0, LOOKED_AT);
  const last = found[found.length - 1].index;
  const capture = await openCapture(path);
  const divergent = tally.divergences.kept.map(({ index }) => index);
  const search = new WhatIf(capture.header, options, divergent);
  const end = performance.now() + BUDGET_MS;
  let played = -1;
  try {
    await capture.each((record) => {
      const expired = (): boolean => performance.now() >= end;
      const goesOn = search.step(record, expired);
      if (expired()) return false;
      played = record.index;
      return goesOn && record.index < last;
    });
  } catch {
    // What is corrupt or too much behind the divergences was said already.
  }
  for (const one of found) {
    if (one.index <= played) one.would_explain = search.explains(one.index);
  }
}
