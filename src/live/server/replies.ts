import type { Fd } from '../fd.ts';
import { ReplyWriter } from '../wire.ts';
import type { Call } from './call.ts';
import type { CallFds } from './call-fds.ts';
import type { Connection } from './clients/connection.ts';

export interface RepliesOptions {
  /** A reply waits for the client to read. */
  delayed: (connection: Connection) => void;
  /** A reply could not be sent. */
  lost: (connection: Connection) => void;
}

/** Puts results on their way to clients. */
export class Replies {
  readonly #options: RepliesOptions;
  readonly #writer = new ReplyWriter();

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
