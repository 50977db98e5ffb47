/** What `report` was given, besides captures: tokens, two captures, JSON of other commands. */
import { Readable } from 'node:stream';
import { CaptureError } from '../../capture/error.ts';
import { CaptureReader, openCapture } from '../../capture/reader.ts';
import { lookThrough, StreamSource } from '../../capture/source.ts';
import { DEFAULT_BUDGET } from '../../explore/search/budget.ts';
import { captureDifferencePage } from '../../page/difference-page.ts';
import { resultPage } from '../../page/result-page.ts';
import { type ScheduleJson, schedulePage } from '../../page/schedule-page.ts';
import { callsOf, diffCaptures } from '../../query/capture-diff.ts';
import { UsageError } from '../exit.ts';
import { readInput } from '../io/files.ts';
import { loadExplorer, translated } from '../proof/explore.ts';

/** Whether a word could be a token: base64url of its version and a line end. */
export function isToken(word: string): boolean {
  return /^[\w-]{40,}$/.test(word) && /^\d+\n/.test(Buffer.from(word, 'base64url').toString('latin1'));
}

/** The page of a token's schedule. @throws UsageError for a token that does not fit */
export async function tokenPage(token: string): Promise<string> {
  const explorer = await loadExplorer();
  try {
    const { text } = await explorer.run({
      scenario: undefined,
      kernel: undefined,
      with: [],
      without: [],
      invariants: [],
      replay: token,
      merge: undefined,
      json: true,
      strict: false,
      accept: [],
      compare: true,
      budget: DEFAULT_BUDGET,
      seed: 1,
      jobs: 1,
      shard: undefined,
      progress: undefined,
    });
    return schedulePage(JSON.parse(text) as ScheduleJson);
  } catch (error) {
    throw translated(error);
  }
}

/** The page of what two captures ask for differently. */
export async function differencePage(before: string, after: string): Promise<string> {
  if (before === '-' && after === '-') throw new UsageError('only one of the captures can be standard input');
  const first = await callsOf(await openCapture(before));
  return captureDifferencePage(diffCaptures(first, await callsOf(await openCapture(after))), [before, after]);
}

/** A capture, or the page of a command's JSON. */
export async function openInput(path: string): Promise<CaptureReader | string> {
  if (path === '-') return await fromStandardInput();
  try {
    return await openCapture(path);
  } catch (error) {
    if (!(error instanceof CaptureError) || error.record >= 0) throw error;
    const page = pageOfJson(await readInput(path));
    if (page === null) throw error;
    return page;
  }
}

async function fromStandardInput(): Promise<CaptureReader | string> {
  const bytes = await readInput('-');
  const page = pageOfJson(bytes);
  if (page !== null) return page;
  const { source, gzip } = await lookThrough(new StreamSource('standard input', Readable.from([bytes])));
  return await CaptureReader.start(source, gzip);
}

/** Null where the bytes are no object that a command of ours prints. */
function pageOfJson(bytes: Uint8Array): string | null {
  if (bytes[0] !== 0x7b) return null;
  try {
    return resultPage(JSON.parse(new TextDecoder().decode(bytes)) as object);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
