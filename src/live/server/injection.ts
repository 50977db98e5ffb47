import * as errno from '../../../uapi/errno.ts';
import { run } from '../../coroutine/op.ts';
import type { PanthorDrv } from '../../driver/ioctl/drv.ts';
import { tryEvict } from '../../driver/mmu/vm-reclaim.ts';

/** What can be made to go wrong. */
type Kind = (typeof PLAIN)[number] | 'call';
const PLAIN = ['tables', 'alloc', 'reset', 'unplug', 'evict', 'interrupt', 'stuck', 'flush', 'slow'] as const;

/** One clause: the `from`-th occasion and `times - 1` after it, or a part of all occasions. */
interface Clause {
  readonly kind: Kind;
  /** call: the ioctl's short name. */
  readonly name: string;
  /** call: what it fails with, positive. stuck: the address space. slow: milliseconds. */
  readonly value: number;
  readonly from: number;
  readonly times: number;
  /** 0 to 1; 0 where occasions are counted. */
  readonly rate: number;
  seen: number;
}

const CLAUSE = /^([A-Za-z_]+)(?::([A-Za-z0-9]+))?(?:@(\d+))?(?:\*(\d+))?(?:%(\d+(?:\.\d+)?))?$/;
const FORMS =
  'tables, alloc, NAME:ERRNO, reset, unplug, evict, interrupt, stuck:AS, flush or slow:MS, each with @n (the n-th time), *n (so often) or %n (of a hundred)';

/**
 * Faults on demand. A plan is a list of clauses, separated by commas or lines, `#` begins a comment:
 *
 *     tables@3            the third reservation of page-table pages fails
 *     BO_CREATE:ENOMEM%5  five of a hundred calls fail; seed:n makes others of them
 *     reset@100           the GPU is reset before the hundredth ioctl
 *     unplug@500          the device is gone from the five hundredth ioctl on
 *     interrupt@1*3       the first three calls that wait are interrupted, as by a signal
 *     stuck:1@2           the second command to address space 1 never ends
 *     flush@2             the second flush of the GPU's caches never ends
 *     slow:20@3*5         the commands of five calls that change page tables take 20 ms longer, from the third on
 *     alloc@5             the fifth allocation of the VM_BIND path that is no page table fails
 *     evict@9             memory pressure takes the pages of every object that can go, before the ninth ioctl
 */
export class Injection {
  readonly #clauses: Clause[] = [];
  /** Faults so far: a call during which it grows has failed of one. */
  fired = 0;
  #random = 1;

  /** @throws Error with one sentence for the user */
  constructor(plan: string) {
    for (const text of plan.split(/[,\n]/).map((part) => part.replace(/#.*/, '').trim())) {
      if (text !== '') this.#add(text);
    }
  }

  /** Faults that lie in the device rather than in calls. */
  arm(drv: PanthorDrv): void {
    const { machine } = drv.device;
    const oom = machine.memory.oom;
    machine.memory.oom = (count) => this.#due('tables') !== undefined || oom?.(count) === true;
    drv.device.allocationFails = () => this.#due('alloc') !== undefined;
    for (const clause of this.#clauses) {
      if (clause.kind === 'flush') machine.injectFlushFailure(clause.from - 1, clause.times);
      if (clause.kind === 'stuck') machine.injectStuck(clause.value, clause.from - 1, clause.times);
    }
  }

  /** Before an ioctl: what it fails with (-errno), or 0 where it is made. */
  beforeCall(drv: PanthorDrv, name: string): number {
    if (this.#due('reset') !== undefined) drv.device.scheduleReset();
    if (this.#due('unplug') !== undefined && !drv.device.unplugged) run(drv.device.unplug());
    if (this.#due('evict') !== undefined) for (const bo of drv.clientBos.all()) run(tryEvict(drv.device, bo));
    const failed = this.#due('call', name);
    return failed === undefined ? 0 : -failed.value;
  }

  /** Whether a call that has begun to wait is interrupted. */
  interrupts(): boolean {
    return this.#due('interrupt') !== undefined;
  }

  /** After a call that gave commands to the MMU: how much longer they take, ns. */
  delayNs(): number {
    return (this.#due('slow')?.value ?? 0) * 1e6;
  }

  #due(kind: Kind, name = ''): Clause | undefined {
    let found: Clause | undefined;
    for (const clause of this.#clauses) {
      if (clause.kind !== kind || clause.name !== name) continue;
      clause.seen++;
      const counted = clause.seen >= clause.from && clause.seen < clause.from + clause.times;
      if (clause.rate > 0 ? this.#draw() < clause.rate : counted) found ??= clause;
    }
    if (found !== undefined) this.fired++;
    return found;
  }

  /** xorshift32: the same plan makes the same faults. */
  #draw(): number {
    let x = this.#random;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#random = x;
    return (x >>> 0) / 2 ** 32;
  }

  #add(text: string): void {
    const m = CLAUSE.exec(text);
    if (m === null) throw new Error(`--inject: found "${text}", expected ${FORMS}`);
    const [, word, value] = m;
    if (word === 'seed') {
      this.#random = Number(value) | 1;
      return;
    }
    const plain = PLAIN.find((kind) => kind === word);
    const number = plain === undefined || value === undefined || /^\d+$/.test(value);
    if (!number || (plain === undefined && (value === undefined || word !== word.toUpperCase())))
      throw new Error(`--inject: found "${text}", expected ${FORMS}`);
    this.#clauses.push({
      kind: plain ?? 'call',
      name: plain === undefined ? word : '',
      value: plain === undefined ? errnoOf(value) : Number(value ?? 1),
      from: Number(m[3] ?? 1),
      // A device that is gone stays so.
      times: Number(m[4] ?? 1),
      rate: Number(m[5] ?? 0) / 100,
      seen: 0,
    });
  }
}

function errnoOf(name: string): number {
  const value = (errno as unknown as Record<string, unknown>)[name];
  if (typeof value !== 'number') throw new Error(`--inject: found "${name}", expected the name of an error`);
  return value;
}
