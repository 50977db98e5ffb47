import { type FileHandle, open, stat } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Frame } from '../../capture/frame.ts';
import { StartError } from '../start-error.ts';
import { ReplyWriter } from '../wire.ts';
import { RecordBook, type RecordBookOptions } from './record-book.ts';

/** One client's connection: frames in, "written down" out. */
class Channel {
  readonly #socket: Socket;
  readonly #book: RecordBook;
  readonly #reply = new ReplyWriter();
  readonly #frame = new Frame();
  #bytes: Uint8Array = new Uint8Array(0);
  /** Process at the other end, 0 before it has said so. */
  pid = 0;

  constructor(socket: Socket, book: RecordBook) {
    this.#socket = socket;
    this.#book = book;
    socket.on('data', (data) => this.#take(data));
    socket.on('error', () => socket.destroy());
  }

  end(): void {
    this.#socket.destroy();
  }

  #take(data: Uint8Array): void {
    const bytes = this.#bytes.length === 0 ? data : Buffer.concat([this.#bytes, data]);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    let at = 0;
    for (;;) {
      const size = this.#frame.read(view, at, bytes.length);
      if (size === 0) break;
      if (size < 0 || !this.#book.write(this.#frame, view, bytes)) {
        this.#socket.destroy();
        return;
      }
      this.pid = this.#book.lastPid;
      at += size;
      this.#reply.beginReply(this.#frame.id, 0, 0, 0);
      this.#reply.finishReply();
    }
    this.#bytes = bytes.slice(at);
    if (this.#reply.used === 0) return;
    this.#socket.write(this.#reply.data.slice(0, this.#reply.used));
    this.#reply.used = 0;
  }
}

/** Takes what the recording library reports, at <dir>/socket, and writes the capture. */
export class RecordServer {
  readonly #server: Server;
  readonly #book: RecordBook;
  readonly #channels = new Set<Channel>();
  /** Keeps a FIFO open, so that opening it for the capture does not wait. */
  readonly #reader: FileHandle | null;

  private constructor(book: RecordBook, reader: FileHandle | null) {
    this.#book = book;
    this.#reader = reader;
    this.#server = createServer((socket) => {
      const channel = new Channel(socket, book);
      this.#channels.add(channel);
      socket.on('close', () => {
        this.#channels.delete(channel);
        if (![...this.#channels].some((other) => other.pid === channel.pid)) book.processEnded(channel.pid);
      });
    });
  }

  /** @throws Error where the socket or the capture cannot be made */
  static async start(dir: string, options: RecordBookOptions): Promise<RecordServer> {
    const server = new RecordServer(new RecordBook(options), await readerOf(options.path));
    await new Promise<void>((resolve, reject) => {
      server.#server.once('error', reject);
      server.#server.listen(join(dir, 'socket'), 512, resolve);
    });
    return server;
  }

  /** Why the recording is not whole, or null. */
  get failed(): string | null {
    return this.#book.failed;
  }

  /** Calls written down. */
  get count(): number {
    return this.#book.count;
  }

  /** Ends the recording; processes that are still there go on unrecorded. */
  async stop(): Promise<void> {
    // What clients sent before they ended is still to be read.
    for (let i = 0; i < 10 && this.#channels.size > 0; i++) await sleep(10);
    this.#server.close();
    for (const channel of this.#channels) channel.end();
    this.#book.close();
    await this.#reader?.close();
  }
}

/** Waits for the reader of a FIFO, not in this thread: it has signals to hear. @throws StartError */
async function readerOf(path: string): Promise<FileHandle | null> {
  try {
    return (await stat(path)).isFIFO() ? await open(path, 'w') : null;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new StartError((error as Error).message);
  }
}
