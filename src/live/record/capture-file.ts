import { closeSync, constants, fstatSync, openSync, writeSync } from 'node:fs';
import { reason } from '../../capture/error.ts';
import type { CaptureForm } from '../../capture/reader.ts';
import type { CaptureHeader, CaptureRecord } from '../../capture/record.ts';
import { CaptureWriter } from '../../capture/writer.ts';
import { StartError } from '../start-error.ts';

/** What a slow reader of a FIFO may leave unread, bytes, and how long it is waited for at the end, ms. */
const MAX_BEHIND = 64 << 20;
const LAST_WAIT_MS = 2000;

/** A capture that is written while it happens: into a file, or a FIFO with a reader. Nothing here waits for that. */
export class CaptureFile {
  readonly #path: string;
  readonly #writer: CaptureWriter;
  readonly #tell: (line: string) => void;
  #fd: number;
  #pending = true;
  /** What a reader has not taken yet. */
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #failed: string | null = null;

  /**
   * Opens `path` (.ptcap: the binary form); a FIFO waits for its reader. `tell` gets a line when the recording ends
   * before its time.
   *
   * @throws StartError
   */
  constructor(path: string, header: CaptureHeader, tell: (line: string) => void) {
    this.#path = path;
    this.#tell = tell;
    try {
      this.#fd = openWithoutWaiting(path);
    } catch (error) {
      throw new StartError(`cannot write ${path}: ${reason(error as NodeJS.ErrnoException)}`);
    }
    const form: CaptureForm = path.endsWith('.ptcap') ? 'ptcap' : 'jsonl';
    this.#writer = new CaptureWriter(form, (bytes) => this.#put(bytes), header);
  }

  /** Why the recording is not whole, or null. That its reader went away is the reader's affair. */
  get failed(): string | null {
    return this.#failed;
  }

  /** Something waits for the reader: flush() tries again. */
  get behind(): boolean {
    return this.#waiting.length > 0;
  }

  write(record: CaptureRecord): void {
    if (this.#fd < 0) return;
    this.#writer.write(record);
    this.#pending = true;
  }

  /** Hands what has gathered to the reader. */
  flush(): void {
    if (this.#pending) {
      this.#pending = false;
      // The sink below is synchronous and does not throw.
      void this.#writer.flush();
    }
    this.#send();
  }

  close(): void {
    this.flush();
    const clock = new Int32Array(new SharedArrayBuffer(4));
    for (let waited = 0; this.behind && waited < LAST_WAIT_MS; waited += 10) {
      Atomics.wait(clock, 0, 0, 10);
      this.#send();
    }
    if (this.behind) this.#end('its reader does not read');
    if (this.#fd >= 0) closeSync(this.#fd);
    this.#fd = -1;
  }

  #put(bytes: Uint8Array): void {
    if (this.#fd < 0) return;
    // The writer uses its array again.
    this.#waiting.push(bytes.slice());
    this.#waitingBytes += bytes.length;
    this.#send();
    if (this.#waitingBytes > MAX_BEHIND) this.#end('its reader does not read');
  }

  /** Writes what fits. A reader that goes away, or a full disk, ends the recording and nothing else. */
  #send(): void {
    try {
      while (this.#waiting.length > 0 && this.#fd >= 0) {
        const first = this.#waiting[0];
        const n = writeSync(this.#fd, first);
        this.#waitingBytes -= n;
        if (n === first.length) this.#waiting.shift();
        else this.#waiting[0] = first.subarray(n);
      }
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code !== 'EAGAIN') this.#end(message, code !== 'EPIPE');
    }
  }

  #end(why: string, failed = true): void {
    if (failed) this.#failed = why;
    this.#tell(`${this.#path}: recording ends: ${why}`);
    this.#waiting = [];
    this.#waitingBytes = 0;
    closeSync(this.#fd);
    this.#fd = -1;
  }
}

/** A FIFO waits for its reader here, and never later. */
function openWithoutWaiting(path: string): number {
  const fd = openSync(path, 'w');
  if (fstatSync(fd).isFile()) return fd;
  try {
    return openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK);
  } finally {
    closeSync(fd);
  }
}
