/** What a replay counts and finds, in the shape of `replay --json`. */
/** How many findings of a kind are kept; all are counted. */
const KEPT = 1000;
export class FindingList {
    kept = [];
    count = 0;
    add(finding) {
        if (this.count++ < KEPT)
            this.kept.push(finding);
    }
}
export class Tally {
    records = 0;
    mmaps = 0;
    ioctls = { total: 0, failed: 0, by_name: {} };
    bindOps = { map: 0, unmap: 0, sync_only: 0, sparse: 0, async: 0, sync: 0 };
    explained = new FindingList();
    divergences = new FindingList();
    /** Waits that the model would not have answered yet. */
    wouldBlock = new FindingList();
    /** Results that depend on how fast the GPU is, which a replay does not know. */
    timing = new FindingList();
    warnings = new Map();
}
//# sourceMappingURL=tally.js.map