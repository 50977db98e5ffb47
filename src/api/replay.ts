/** Captures on the driver model, and what its VMs hold then. */
import type { CaptureHeader } from '../capture/record.ts';
import type { BoLayout } from '../driver/gem/sg.ts';
import { gpuProfile } from '../driver/gpu-profile.ts';
import { kernelFor } from '../driver/kernels/for-capture.ts';
import { kernel as make } from '../driver/kernels.ts';
import type { PanthorVm } from '../driver/mmu/vm.ts';
import type { ClientFile } from '../replay/client-file.ts';
import { Replayer } from '../replay/replayer.ts';
import { clientVms, objectName, snapshot, type VmState } from '../replay/snapshot.ts';
import { type ReplaySummary, replaySummary } from '../report/replay-json.ts';
import { walkVm } from '../report/walk.ts';
import { Capture } from './capture.ts';
import { type DriverEvent, EventList } from './driver-events.ts';
import { describe, type Kernel, type KernelVersion, switchesOf } from './kernels.ts';
import { type CaptureRecord, fromPublicRecord } from './records.ts';
import { Translation } from './translation.ts';

export interface ReplayOptions {
  /** A name, or `kernel(…)` with behaviours switched; by default what the capture's driver version stands for. */
  readonly kernel?: KernelVersion | Kernel;
  /** The name of a GPU profile, or a JSON file with one; `g610` by default. */
  readonly gpu?: string;
  /** How objects lie in physical memory; in pieces of 2 MiB by default. */
  readonly boLayout?: BoLayout;
  /** Compare errno and outputs too, where the replies are a kernel's or a model's. */
  readonly check?: boolean;
  /** Which events each step is to have; none by default, which is several times as fast. */
  readonly events?: readonly ('ops' | 'regs')[];
}

/** What the model made of one record. */
export interface ReplayStep {
  readonly record: CaptureRecord;
  /** 0 or more, -errno, or null for a call that would block. */
  readonly ret: number | null;
  readonly events: readonly DriverEvent[];
}

/** How far a replay is to go. */
export interface ReplayRange {
  /** The last record that is played; all by default. */
  readonly until?: number;
}

/** Which VM, in the client's own numbers. */
export interface VmPlace {
  readonly id: number;
  /** The client's descriptor, needed where several of its files have a VM of that id. */
  readonly fd?: number;
}

/**
 * A modelled device whose client is a capture.
 *
 *     const capture = await openCapture('run.jsonl.gz');
 *     const replay = new Replay(capture.header);
 *     await replay.run(capture, { until: 109 });
 *     for (const vm of replay.vms()) console.log(vm.id, vm.vmas.length);
 *
 * Several may go on side by side; each has a device of its own.
 */
export class Replay {
  readonly #replayer: Replayer;
  readonly #client: string;
  readonly #events: EventList | null = null;

  /** @throws RangeError for a kernel, a behaviour or a GPU profile that does not exist */
  constructor(header: CaptureHeader, options: ReplayOptions = {}) {
    const { gpu = 'g610', check = false, boLayout = 'contig2M', events = [] } = options;
    const choice = kernelFor(header);
    const { kernel = choice.name, ...switches } = switchesOf(options.kernel);
    const list = new EventList((id) => objectName(this.#replayer.model, id));
    this.#client = header.client;
    this.#replayer = new Replayer(header, {
      kernel: make(kernel, switches.with, switches.without),
      choice: options.kernel === undefined ? choice : null,
      gpu: gpuProfile(gpu),
      boLayout,
      check,
      trace: events.includes('ops') ? list : null,
    });
    if (events.length > 0) this.#events = list;
    if (events.includes('regs')) this.#replayer.model.device.machine.regs.trace = list;
  }

  /** The driver that is modelled. */
  get kernel(): Kernel {
    return describe(this.#replayer.model.device.kernel);
  }

  /** Plays one record. @throws RangeError for a record that no capture can hold */
  step(record: CaptureRecord): ReplayStep {
    this.#replayer.step(fromPublicRecord(record));
    return { record, ret: this.#replayer.ret, events: this.#events?.take() ?? [] };
  }

  /**
   * Plays a capture record by record, each as the loop asks for it.
   *
   * @throws CaptureError for corruption, after the records in front of it
   */
  async *steps(
    capture: Capture,
    { until = Number.POSITIVE_INFINITY }: ReplayRange = {},
  ): AsyncIterableIterator<ReplayStep> {
    for await (const record of capture) {
      yield this.step(record);
      if (record.index >= until) return;
    }
  }

  /**
   * Plays a capture to its end, or up to a record, and closes it. Faster than `steps`.
   *
   * @throws CaptureError for corruption, after the records in front of it
   */
  async run(capture: Capture, { until = Number.POSITIVE_INFINITY }: ReplayRange = {}): Promise<void> {
    await Capture.reader(capture).each((record) => {
      this.#replayer.step(record);
      return record.index < until;
    });
    this.#events?.take();
  }

  /** The VMs that the client has at present, oldest first. */
  vms(): VmState[] {
    return snapshot(this.#replayer.model);
  }

  /**
   * Translates an address as the MMU would, and says what the driver believes to be mapped there.
   *
   * @param va bytes, below 2^48
   * @throws RangeError where there is no such VM, where several files have one of that id, or beyond 48 bits
   */
  walk(place: number | VmPlace, va: number | bigint): Translation {
    const { file, vm } = this.#find(typeof place === 'number' ? { id: place } : place);
    const address = Number(va);
    if (!(Number.isInteger(address) && address >= 0 && address < 2 ** 48)) {
      throw new RangeError(`address ${va}: expected an integer of 48 bits`);
    }
    return Translation.of(
      walkVm(this.#replayer.model, file, vm, address),
      file.fd,
      file.vmIds.get(vm) ?? vm.id,
    );
  }

  #find({ id, fd }: VmPlace): { file: ClientFile; vm: PanthorVm } {
    const all = clientVms(this.#replayer.model);
    const idOf = ({ file, vm }: (typeof all)[number]): number => file.vmIds.get(vm) ?? vm.id;
    const found = all.filter((one) => idOf(one) === id && (fd === undefined || one.file.fd === fd));
    if (found.length === 1) return found[0];
    const list = all.map((one) => `VM ${idOf(one)} of fd ${one.file.fd}`).join(', ') || 'none';
    if (found.length === 0) throw new RangeError(`there is no VM ${id}; there is ${list}`);
    throw new RangeError(`several files have a VM ${id}: name the fd; there is ${list}`);
  }

  /** What the client did so far, what the driver did, and every call that ended otherwise than it was recorded. */
  summary(): ReplaySummary {
    this.#replayer.finish();
    return replaySummary(this.#client, this.#replayer);
  }
}
