/** What rules are about: a capture played to its end. */
import { errnoName } from '../../uapi/errno.ts';
import { ioctlName } from '../../uapi/lookup.ts';
import type { CaptureHeader, CaptureRecord } from '../capture/record.ts';
import { CaptureHistory } from '../history/capture-history.ts';
import type { Mapping } from '../history/events.ts';
import type { ReplayOptions } from '../replay/replayer.ts';
import { type ReplaySummary, replaySummary } from '../report/replay-json.ts';
import { hasFailed } from './selection.ts';

export interface CaptureFacts {
  summary: ReplaySummary;
  failed: { index: number; name: string; error: string }[];
  mappings: readonly Mapping[];
  /** Most mappings, and most mapped bytes, of all VMs at a time. */
  mostMappings: number;
  mostBytes: number;
  /** What the client never closed or destroyed. */
  openObjects: string[];
  openVms: string[];
}

export class FactCollector {
  readonly #history: CaptureHistory;
  readonly #client: string;
  readonly #failed: CaptureFacts['failed'] = [];

  constructor(header: CaptureHeader, options: ReplayOptions) {
    this.#client = header.client;
    this.#history = new CaptureHistory(header, options);
  }

  step(record: CaptureRecord): void {
    this.#history.step(record);
    if (!hasFailed(record)) return;
    const name = record.type === 'ioctl' ? ioctlName(record.request) : record.type;
    const error = record.type === 'ioctl' ? errnoName(record.errno) : 'failed';
    this.#failed.push({ index: record.index, name, error });
  }

  finish(): CaptureFacts {
    const { replayer, mappings, objects, vms } = this.#history;
    replayer.finish();
    const open = <T extends { fd: number }>(list: readonly T[], name: (one: T) => string): string[] =>
      list.map((one) => `${name(one)} of fd ${one.fd}`);
    return {
      summary: replaySummary(this.#client, replayer),
      failed: this.#failed,
      mappings,
      ...mostAtATime(mappings),
      openObjects: open(
        objects.filter(({ closed }) => closed === null),
        ({ handle }) => `BO ${handle}`,
      ),
      openVms: open(
        vms.filter(({ destroyed }) => destroyed === null),
        ({ id }) => `VM ${id}`,
      ),
    };
  }
}

/** Mappings that a record removes are gone when those that it makes are there. */
function mostAtATime(mappings: readonly Mapping[]): { mostMappings: number; mostBytes: number } {
  const changes: [record: number, count: number, bytes: number][] = [];
  for (const { size, mapped, removed } of mappings) {
    changes.push([mapped.record, 1, size]);
    if (removed !== null) changes.push([removed.record, -1, -size]);
  }
  changes.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  let [count, bytes, mostMappings, mostBytes] = [0, 0, 0, 0];
  changes.forEach(([record, more, size], i) => {
    count += more;
    bytes += size;
    // Within a record the counts are of no moment that ever was.
    if (changes[i + 1]?.[0] === record) return;
    mostMappings = Math.max(mostMappings, count);
    mostBytes = Math.max(mostBytes, bytes);
  });
  return { mostMappings, mostBytes };
}
