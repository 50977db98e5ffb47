import type { LifeTrace } from '../replay/vm-events.ts';
import type { VmHistories } from '../replay/vm-history.ts';
import { vmObject } from './vm-json.ts';

/** What the text of a replay tells beyond its summary: each VM's life, and what the driver did for it. */
export function livesJson(histories: VmHistories, { as_, steps, pageTable }: LifeTrace) {
  return {
    vms: [...histories.histories.values()].map(
      ({ uid, shown, shownAt, createdAt, destroyedAt, mostTables }) => {
        const as = as_.get(uid);
        return {
          created: createdAt,
          destroyed: destroyedAt < 0 ? null : destroyedAt,
          as_slots: as === undefined ? null : { ...as, slots: [...as.slots] },
          most_tables: mostTables,
          after: shownAt,
          state: vmObject(shown),
        };
      },
    ),
    gpuvm_steps: steps,
    page_table: {
      map_calls: pageTable.mapCalls,
      unmap_calls: pageTable.unmapCalls,
      mapped_bytes: pageTable.mappedBytes,
      unmapped_bytes: pageTable.unmappedBytes,
    },
  };
}
