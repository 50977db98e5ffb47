import type { Fd } from '../fd.ts';
import { ReplyWriter } from '../wire.ts';
import type { Call } from './call.ts';
import type { CallFds } from './call-fds.ts';
import type { Connection } from './clients/connection.ts';

export interface RepliesOptions {
  /** A reply waits for the client to read. */
  delayed: (connection: Connection) => void;
  /** Called often while a long reply is made: others may have their turn. */
  pause: () => void;
  /** A reply could not be sent. */
  lost: (connection: Connection) => void;
}

/** A reply of more bytes is made in slices. */
const LONG_BYTES = 1 << 16;
/** Writers of long replies that are kept for the next. */
const MAX_SPARE = 2;

/** Puts results on their way to clients. */
export class Replies {
  readonly #options: RepliesOptions;
  readonly #writer = new ReplyWriter();
  /** For long replies: while one is made others are, too. */
  readonly #spare: ReplyWriter[] = [];

  constructor(options: RepliesOptions) {
    this.#options = options;
  }

  /** `ret` (0 or more, or -errno) and nothing else. */
  plain(to: Connection, id: number, ret: number): void {
    const writer = this.#writer;
    writer.beginReply(id, ret, 0, 0);
    writer.finishReply();
    this.#send(to);
  }

  /** The result of an ioctl: what it changed in user memory, and the descriptors that it made. */
  ofCall(to: Connection, id: number, call: Call, ret: number, table: CallFds | null): void {
    if (call.changed > LONG_BYTES && (table === null || table.made.length === 0)) {
      this.#long(to, id, call, ret);
      return;
    }
    const writer = this.#writer;
    const made = table?.made.length ?? 0;
    writer.beginReply(id, ret, 0, made);
    call.writeChanges(writer);
    if (table === null || made === 0) {
      writer.finishReply();
      this.#send(to);
      return;
    }
    for (const install of table.installs) writer.install(install);
    writer.finishReply();
    this.#send(to, table.made);
  }

  /** The result of a call that changed much memory: others have their turns meanwhile, and it is sent from where it was made. */
  #long(to: Connection, id: number, call: Call, ret: number): void {
    const { pause } = this.#options;
    const writer = this.#spare.pop() ?? new ReplyWriter();
    writer.beginReply(id, ret, 0, 0);
    call.writeChanges(writer, pause);
    writer.finishReply(pause);
    const sent = to.out.sendLong(writer.data, writer.used, () => {
      writer.used = 0;
      if (this.#spare.length < MAX_SPARE) this.#spare.push(writer);
    });
    if (!sent) this.#options.lost(to);
    else if (to.out.waits) this.#options.delayed(to);
  }

  /** Success, with a descriptor to map. It is the client's, or stays open here where it is only lent. */
  memory(to: Connection, id: number, fd: Fd, lend: boolean): void {
    const writer = this.#writer;
    writer.beginReply(id, 0, 0, 1);
    writer.finishReply();
    if (!lend) {
      this.#send(to, [fd]);
      return;
    }
    const sent = to.out.lend(writer.data, writer.used, fd);
    writer.used = 0;
    if (!sent) this.#options.lost(to);
  }

  #send(to: Connection, fds?: readonly Fd[]): void {
    const writer = this.#writer;
    const sent = to.out.send(writer.data, writer.used, fds);
    writer.used = 0;
    if (!sent) this.#options.lost(to);
    else if (to.out.waits) this.#options.delayed(to);
  }
}
