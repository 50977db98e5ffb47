import type { CaptureHeader, CaptureRecord } from '../record.ts';
import { LineFields } from './json-fields.ts';
import { readEvent, readHeader } from './json-record.ts';
import { headerLine, JsonLineWriter } from './json-text.ts';

/** Where a line ends without its newline (a line without one can only be the last). */
function contentEnd(data: Uint8Array, at: number, end: number): number {
  return end > at && data[end - 1] === 0x0a ? end - 1 : end;
}

/**
 * Reads the header from the line data[at, end). `raw` is the line itself where we would spell it otherwise, or where it
 * says what the binary form has no field for: then that, and not the fields, is what a conversion keeps.
 */
export function parseHeaderLine(
  data: Uint8Array,
  at: number,
  end: number,
  start: number,
): { header: CaptureHeader; raw: Uint8Array | null } {
  const header = readHeader(new LineFields(data, at, contentEnd(data, at, end), { record: -1, start, at }));
  const line = headerLine(header);
  // A lone surrogate has no UTF-8, so the binary form could not hold it as a string.
  const canonical = !/\p{Surrogate}/u.test(
    JSON.parse(line).client + header.arch + (header.driver_version ?? ''),
  );
  const same =
    canonical && header.kernel_release === undefined && Buffer.from(line).equals(data.subarray(at, end));
  return { header, raw: same ? null : data.slice(at, end) };
}

const writer = new JsonLineWriter();

/**
 * Reads an event from the line data[at, end), whatever its spelling, and sets `record.raw` where that is not ours or
 * where it says how the file was opened, for which the binary form has no field.
 */
export function parseEventLine(
  data: Uint8Array,
  at: number,
  end: number,
  start: number,
  record: CaptureRecord,
  index: number,
): void {
  const fields = new LineFields(data, at, contentEnd(data, at, end), { record: index, start, at });
  readEvent(fields, record);
  const line = data.subarray(at, end);
  record.raw = line;
  if (record.tellsOpen) return;
  writer.used = 0;
  writer.canonical(record);
  record.raw = Buffer.compare(writer.text.subarray(0, writer.used), line) === 0 ? null : line;
}
