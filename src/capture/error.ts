/**
 * Corruption found in a capture. Everything in front of it has been delivered already: corruption never hides a good record.
 */
export interface Corruption {
  /** Number of the record that is corrupt, from 0; -1 is the header. */
  record: number;
  /** Where in the stream (after decompression) the corruption was seen, in bytes. */
  byte: number;
  /** Where the corrupt record starts. */
  start: number;
  /** The JSON key or binary field it was seen in; empty where it is the record as a whole. */
  field: string;
  found: string;
  expected: string;
}

/** Thrown by every capture reader; the command line turns it into exit status 3. */
export class CaptureError extends Error {
  /** The file or stream, once a reader of one has thrown it. */
  file = '';
  readonly record: number;
  readonly byte: number;
  readonly start: number;
  readonly field: string;
  readonly found: string;
  readonly expected: string;
  /** The stream ended inside a record; a FIFO whose writer went away may end like this. */
  readonly truncated: boolean;

  constructor(corruption: Corruption, truncated = false) {
    super(sentence(corruption));
    this.name = 'CaptureError';
    this.record = corruption.record;
    this.byte = corruption.byte;
    this.start = corruption.start;
    this.field = corruption.field;
    this.found = corruption.found;
    this.expected = corruption.expected;
    this.truncated = truncated;
  }

  /** Says which file or stream is corrupt, in front of the message. The first name stays. */
  in(file: string): this {
    if (this.file === '') {
      this.file = file;
      this.message = `${file}: ${this.message}`;
    }
    return this;
  }
}

function sentence(d: Corruption): string {
  const where = d.record < 0 ? 'header (before record 0)' : `record ${d.record}`;
  const begins = d.byte === d.start ? '' : `, which begins at byte ${d.start}`;
  const field = d.field === '' ? '' : `${d.field}: `;
  return `${where}${begins}: corrupt at byte ${d.byte}: ${field}found ${d.found}, expected ${d.expected}`;
}

/** The stream could not be opened or read at all (no such file, no permission, a directory); also exit status 3. */
export class SourceError extends Error {
  constructor(name: string, cause: NodeJS.ErrnoException) {
    super(`cannot read ${name}: ${reason(cause)}`, { cause });
    this.name = 'SourceError';
  }
}

/** Why a system call failed, as people say it. */
export function reason(error: NodeJS.ErrnoException): string {
  switch (error.code) {
    case 'ENOENT':
      return 'no such file';
    case 'EACCES':
    case 'EPERM':
      return 'permission denied';
    case 'EISDIR':
      return 'it is a directory';
    case 'ENOTDIR':
      return 'a part of the path is no directory';
    case 'ENOSPC':
      return 'no space left on the device';
    case 'EROFS':
      return 'the file system is read-only';
    case 'ELOOP':
      return 'too many symbolic links';
    case 'ENAMETOOLONG':
      return 'the name is too long';
    case 'ENXIO':
      return 'no such device, or a FIFO or socket without a server';
    default:
      return error.message;
  }
}

/** What a compressed stream broke on, in its own terms; the reader turns it into a CaptureError. */
export class GzipError extends Error {
  /** Compressed bytes that were good. */
  readonly byte: number;
  readonly truncated: boolean;

  constructor(message: string, byte: number, truncated: boolean) {
    super(message);
    this.name = 'GzipError';
    this.byte = byte;
    this.truncated = truncated;
  }
}
