import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Frame } from '../../../src/capture/frame.ts';
import { getU64 } from '../../../src/driver/base/u64.ts';
import { native } from '../../../src/live/native.ts';
import { ReplyWriter } from '../../../src/live/wire.ts';
import { WIRE_IOCTL, WIRE_OPEN, wire_ioctl } from '../../../uapi/wire.ts';
import { buildNative, compileProgram, compiler, libraryOf } from '../toolbox.ts';

const dir = mkdtempSync(join(tmpdir(), 'panthor-forged-'));
afterAll(() => rmSync(dir, { recursive: true }));

/** What a lying server answers: `arg` is where the argument lies, `other` memory of the client that is none of it. */
type Forgery = (reply: ReplyWriter, id: number, arg: number, other: number) => number;

const BYTES = new Uint8Array(64).fill(0xee);

function region(addr: (arg: number, other: number) => number, size: number): Forgery {
  return (reply, id, arg, other) => {
    reply.beginReply(id, 0, 0, 0);
    reply.region(addr(arg, other), BYTES, 0, size);
    reply.finishReply();
    return 0;
  };
}

const forgeries: Forgery[] = [
  region((_, other) => other, 64),
  region((_, other) => other, 1),
  region((arg) => arg + 16, 8),
  region((arg) => arg - 8, 16),
  region((arg) => arg, 24),
  region((arg) => arg + 2 ** 53, 8),
  // One that is right, and one that is not: neither is written.
  (reply, id, arg, other) => {
    reply.beginReply(id, 0, 0, 0);
    reply.region(arg, BYTES, 0, 16);
    reply.region(other, BYTES, 0, 8);
    reply.finishReply();
    return 0;
  },
  (reply, id, _arg, other) => {
    reply.beginReply(id, 0, 0, 1);
    reply.install({ addr: other, cloexec: true });
    reply.finishReply();
    return 1;
  },
  (reply, id, arg) => {
    reply.beginReply(id, 0, 0, 1);
    reply.install({ addr: arg + 14, cloexec: true });
    reply.finishReply();
    return 1;
  },
  // A descriptor that was not asked for, and regions that are not there.
  (reply, id) => {
    reply.beginReply(id, 0, 0, 1);
    reply.finishReply();
    return 1;
  },
  (reply, id) => {
    reply.beginReply(id, 0, 0, 0);
    reply.finishReply();
    new DataView(reply.data.buffer).setUint32(20, 3, true);
    reply.finish();
    return 0;
  },
];

/** A server of its own, only as much as the program needs: opens are granted, ioctls answered by `forgeries`. */
class Liar {
  readonly listener = native().listen(join(dir, 'socket'), 8);
  readonly #connections: number[] = [];
  readonly #reply = new ReplyWriter();
  readonly #in = new Uint8Array(4096);
  readonly #view = new DataView(this.#in.buffer);
  readonly #frame = new Frame();
  readonly #sent = openSync('/dev/null', 'r');

  look(): void {
    const made = native().accept(this.listener);
    if (made >= 0) this.#connections.push(made);
    const fds = new Int32Array(5);
    for (const fd of this.#connections) {
      const n = native().receive(fd, this.#in, 0, fds);
      for (let i = 1; i <= fds[0]; i++) closeSync(fds[i]);
      if (n > 0 && this.#frame.read(this.#view, 0, n) > 0) this.#answer(fd);
    }
  }

  #answer(fd: number): void {
    const { at, id, kind } = this.#frame;
    const reply = this.#reply;
    reply.used = 0;
    let fds = 0;
    const arg = at + wire_ioctl.size + 16;
    const which = kind === WIRE_IOCTL ? this.#view.getUint32(arg, true) : -1;
    if (which > 0) {
      const where = getU64(this.#view, at + 8);
      fds = forgeries[which - 1](reply, id, where, getU64(this.#view, arg + 8));
    } else if (kind === WIRE_OPEN) {
      reply.beginReply(id, 0, 0, 1);
      reply.finishReply();
      const ends = new Int32Array(2);
      native().filePair(join(dir, 'd80.000002.0000000000001'), 0, ends);
      native().send(fd, reply.data, 0, reply.used, ends.subarray(1), 1);
      this.#connections.push(ends[0]);
      closeSync(ends[1]);
      return;
    } else {
      reply.beginReply(id, 0, 0, 0);
      if (which === 0) {
        const bytes = this.#in.slice(arg, arg + 16);
        bytes[4] = 7;
        reply.region(getU64(this.#view, at + 8), bytes, 0, 16);
      }
      reply.finishReply();
    }
    native().send(fd, reply.data, 0, reply.used, Int32Array.of(this.#sent), fds);
  }

  close(): void {
    for (const fd of [this.listener, this.#sent, ...this.#connections]) closeSync(fd);
  }
}

async function ended(child: ChildProcess, liar: Liar): Promise<string> {
  let said = '';
  child.stderr!.on('data', (text) => (said += text));
  let closed = false;
  child.on('close', () => {
    closed = true;
  });
  while (!closed) {
    liar.look();
    await sleep(1);
  }
  return said;
}

describe.skipIf(compiler === null)('the preload library', () => {
  beforeAll(buildNative, 120_000);

  it('writes what a reply says into the memory of the call itself, and nowhere else', async () => {
    const program = compileProgram('forged', dir);
    const liar = new Liar();
    const env = {
      ...process.env,
      LD_PRELOAD: libraryOf(process.arch === 'arm64' ? 'aarch64' : 'x86_64'),
      PANTHOR_SHIM_DIR: dir,
    };
    const child = spawn(program, [String(forgeries.length)], { env, stdio: ['ignore', 'ignore', 'pipe'] });
    expect(await ended(child, liar)).toBe('');
    expect(child.exitCode).toBe(0);
    liar.close();
  });
});
