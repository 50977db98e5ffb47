import { closeSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';
import type { BuiltTree } from '../../tree/build.ts';
import { beforeDeath } from '../launch/signals.ts';
import { native } from '../native.ts';
import { nativeFile } from '../package-root.ts';
import { StartError } from '../start-error.ts';
import { freeCard, makeDeviceTree } from './files/device-tree.ts';
import { clearPrivateDir, makePrivateDir, takePrivateDir } from './files/private-dir.ts';
import type { LiveSummary } from './report.ts';
import { tell } from './server.ts';
import type { WorkerMessage, WorkerOptions } from './worker.ts';

/**
 * How V8 collects young garbage, which stops all clients: some 0.3 ms and 0.02 for each MiB, however much of it is garbage, and
 * more where much lives. V8 begins with 1 MiB, and beside a busy client stops dozens of times a second; with 32 it is a few times.
 * And by one thread: helpers would have to wait for a core that clients have.
 */
const V8_FLAGS = ['--min-semi-space-size=32', '--max-semi-space-size=32', '--no-parallel-scavenge'];

/** How a server is wanted. */
export interface ServeOptions {
  kernel: string;
  with: readonly string[];
  without: readonly string[];
  gpu: string;
  /** A plan for class Injection. */
  inject?: string;
  /** N of card<N>; the first free pair of nodes otherwise. */
  card?: number;
  /** The private directory; one of its own otherwise, which is removed at the end. */
  dir?: string;
  record?: { path: string; client: string; arch: string };
  /** A kernel tree whose own driver answers in the place of the model. */
  tree?: BuiltTree;
}

/** A running server in a thread of its own. */
export class ServerThread {
  readonly dir: string;
  readonly card: number;
  readonly #ownsDir: boolean;
  /** The server thread stops when this end of its pipe is closed. */
  readonly #stop: number;
  readonly #stopped: Promise<LiveSummary>;
  /** To be called when the directory is removed. */
  readonly #stayed: () => void;

  private constructor(
    dir: string,
    ownsDir: boolean,
    card: number,
    worker: Worker,
    stop: number,
    stayed: () => void,
  ) {
    this.#stayed = stayed;
    this.dir = dir;
    this.#ownsDir = ownsDir;
    this.card = card;
    this.#stop = stop;
    this.#stopped = new Promise((resolve, reject) => {
      worker.on('message', (message: WorkerMessage) => {
        if (message.type === 'stopped') resolve(message.report);
        else if (message.type === 'notice') tell(message.line);
      });
      worker.on('error', reject);
    });
    this.#stopped.catch(() => {});
  }

  /**
   * Starts a server; it takes clients when this resolves.
   *
   * @throws StartError when the native parts are missing, the directory is not private, the record file cannot be opened
   */
  static async start(options: ServeOptions): Promise<ServerThread> {
    const helper = native();
    const dir = makePrivateDir(options.dir);
    takePrivateDir(dir);
    const stayed = beforeDeath(() => clearPrivateDir(dir, options.dir === undefined));
    const card = options.card ?? freeCard();
    try {
      makeDeviceTree(join(dir, 'root'), card);
      const ends = new Int32Array(2);
      if (helper.pipe(ends) < 0) throw new Error('no pipe for the server thread');
      const data: WorkerOptions = {
        dir,
        card,
        kernel: options.kernel,
        with: options.with,
        without: options.without,
        gpu: options.gpu,
        inject: options.inject ?? '',
        stop: ends[0],
        record: options.record ?? null,
        tree: options.tree ?? null,
      };
      for (const flag of V8_FLAGS) setFlagsFromString(flag);
      const worker = new Worker(new URL('./worker.js', import.meta.url), {
        workerData: data,
        trackUnmanagedFds: false,
      });
      const thread = new ServerThread(dir, options.dir === undefined, card, worker, ends[1], stayed);
      await new Promise<void>((resolve, reject) => {
        worker.on('message', (message: WorkerMessage) => {
          if (message.type === 'ready') resolve();
        });
        // Its class is lost on the way from the thread.
        worker.once('error', (error) => reject(isStartError(error) ? new StartError(error.message) : error));
      });
      return thread;
    } catch (error) {
      clearPrivateDir(dir, options.dir === undefined);
      stayed();
      throw error;
    }
  }

  /** The environment in which a client finds the server; LD_PRELOAD is the caller's affair. */
  get environment(): Record<string, string> {
    return { PANTHOR_SHIM_DIR: this.dir, PANTHOR_SHIM_CARD: String(this.card) };
  }

  /** When the server has ended by itself, or was stopped. */
  get stopped(): Promise<LiveSummary> {
    return this.#stopped;
  }

  /** Ends the server and says what it has seen. */
  async stop(): Promise<LiveSummary> {
    closeSync(this.#stop);
    try {
      return await this.#stopped;
    } finally {
      clearPrivateDir(this.dir, this.#ownsDir);
      this.#stayed();
    }
  }
}

function isStartError(error: unknown): error is Error {
  return error instanceof Error && error.name === 'StartError';
}

/** The recording library for an architecture. */
export function recorderPath(arch: string): string {
  return nativeFile(arch, 'libdrm_recorder.so');
}

/** What runs programs that preload nothing. */
export function doorPath(arch: string): string {
  return nativeFile(arch, 'panthor-door');
}

/** The preload library for an architecture (x86_64, aarch64). */
export function libraryPath(arch: string): string {
  return nativeFile(arch, 'libpanthor_shim.so');
}
