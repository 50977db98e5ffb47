import type { Mutex, Op } from '../../coroutine/op.ts';
import { Fifo } from '../base/fifo.ts';
import type { Work, Workqueue } from '../base/workqueue.ts';
import type { DmaResv } from '../gem/dma-resv.ts';
import { allocContext, Fence } from '../sync/fence.ts';

/** A job on more than that may take milliseconds here. */
const LONG_BYTES = 64 << 20;

/** One job of a SchedEntity: struct drm_sched_job. */
export abstract class SchedJob {
  /** How much of the entity's capacity it takes while it runs. */
  readonly credits: number;
  /** Bytes of address space that it goes through. */
  cost: number;
  /** Where it is queued; set when it is submitted. */
  entity: SchedEntity | null = null;
  /** Signals when the job is done, with its error (s_fence->finished). Null where nothing can look at it: there are many of those. */
  finished: Fence | null = null;
  /** The reservation that counts it until it is done. */
  resv: DmaResv | null = null;
  /** The latest fence of each context. */
  #deps: Map<number, Fence> | null = null;
  /** Those that had not signalled when they were looked at last, the one to wait for at the end. */
  #pending: Fence[] | null = null;

  constructor(credits: number, cost = 0) {
    this.credits = credits;
    this.cost = cost;
  }

  /** It holds nothing any more, and may be used again. */
  protected leave(): void {
    this.entity = null;
    this.finished = null;
    this.resv = null;
    this.#deps = null;
    this.#pending = null;
  }

  /** drm_sched_job_add_dependency(): of fences of one context only the latest counts. */
  addDependency(fence: Fence): void {
    this.#deps ??= new Map();
    const dep = this.#deps.get(fence.context);
    if (dep === undefined || fence.seqno > dep.seqno) this.#deps.set(fence.context, fence);
  }

  /** What it has to wait for before it runs, or null. Earlier jobs of its own entity are done in order anyway. */
  pendingDependency(context: number): Fence | null {
    if (this.#deps === null) return null;
    this.#pending ??= [...this.#deps.values()].filter((dep) => dep.context !== context).reverse();
    while (this.#pending.at(-1)?.signaled) this.#pending.pop();
    return this.#pending.at(-1) ?? null;
  }

  /** run_job(): 0 when it is done, -errno when it failed, or a fence that says when. */
  abstract run(): Op<Fence | number>;

  /** free_job(), once it is done; also for jobs that were never pushed. */
  abstract free(): Op<void>;
}

/**
 * A queue of jobs that run in order, each when what it depends on is done: a drm_gpu_scheduler with its only entity. It
 * does not look at how dependencies ended; who waits for a job that failed runs all the same.
 */
export class SchedEntity implements Work {
  pending = false;
  running = false;
  /** The open file whose call has pushed the last job. */
  owner: unknown = null;
  readonly lock: Mutex | undefined;
  readonly #context = allocContext();
  readonly #workqueue: Workqueue;
  readonly #creditLimit: number;
  readonly #name: string;
  readonly #isStopped: () => boolean;
  readonly #queue = new Fifo<SchedJob>();
  readonly #done = new Fifo<SchedJob>();
  #seqno = 0;
  #credits = 0;

  /** `isStopped` holds jobs back (drm_sched_stop), kick() when it changes to false; `name` is the scheduler's; `lock` is what each job takes. */
  constructor(
    workqueue: Workqueue,
    creditLimit: number,
    isStopped: () => boolean = () => false,
    name = 'panthor-queue',
    lock?: Mutex,
  ) {
    this.lock = lock;
    this.#name = name;
    this.#workqueue = workqueue;
    this.#creditLimit = creditLimit;
    this.#isStopped = isStopped;
  }

  /** The next job is a large one. */
  get long(): boolean {
    return (this.#queue.first?.cost ?? 0) > LONG_BYTES;
  }

  /** Jobs that have not begun. */
  get queued(): number {
    return this.#queue.length;
  }

  /** drm_sched_job_arm(): gives the job its number, and its fence where something is to signal with it. */
  arm(job: SchedJob, signals: boolean): void {
    this.#seqno++;
    if (signals) job.finished = new Fence(this.#context, this.#seqno, this.#name);
  }

  /** drm_sched_entity_push_job() */
  push(job: SchedJob): void {
    this.owner = this.#workqueue.caller;
    this.#queue.push(job);
    this.kick();
  }

  /** Has a worker look whether something can run. */
  readonly kick = (): void => {
    this.#workqueue.queue(this);
  };

  /** drm_sched_free_job_work() and drm_sched_run_job_work() */
  *run(): Op<void> {
    let begun = false;
    for (let job = this.#done.shift(); job !== undefined; job = this.#done.shift()) {
      yield* job.free();
      if (this.#isCut(true)) return;
    }
    for (let job = this.#next(); job !== null; job = this.#next()) {
      if (this.#isCut(begun)) return;
      begun = true;
      this.#queue.shift();
      this.#credits += job.credits;
      const result = yield* job.run();
      if (typeof result === 'number') this.#finish(job, result);
      else this.#finishWith(job, result);
    }
  }

  /** Whether the rest has to be done another time; Workqueue.step() has admitted the first job. */
  #isCut(begun: boolean): boolean {
    if (!begun || this.#workqueue.mayGoOn(this)) return false;
    this.kick();
    return true;
  }

  #next(): SchedJob | null {
    const job = this.#queue.first;
    if (job === undefined || this.#isStopped()) return null;
    const dep = job.pendingDependency(this.#context);
    if (dep !== null) {
      dep.onSignal(this.kick);
      return null;
    }
    // The end of a running job kicks.
    const fits = this.#credits + Math.min(job.credits, this.#creditLimit) <= this.#creditLimit;
    return fits ? job : null;
  }

  #finishWith(job: SchedJob, fence: Fence): void {
    fence.onSignal((done) => this.#finish(job, done.error));
  }

  /** drm_sched_job_done() */
  #finish(job: SchedJob, error: number): void {
    this.#credits -= job.credits;
    this.#done.push(job);
    job.resv?.remove();
    job.finished?.signal(error);
    this.kick();
  }
}
