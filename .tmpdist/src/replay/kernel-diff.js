/** One capture on two drivers at once, record by record: what the second does otherwise than the first. */
import { isDeepStrictEqual } from 'node:util';
import { addCosts, CostMeter, noCosts } from './costs.js';
import { Replayer } from './replayer.js';
export class KernelDiff {
    totals = { records: 0, different: 0, results: 0, sides: [noCosts(), noCosts()] };
    #replayers;
    #meters = [new CostMeter(), new CostMeter()];
    constructor(header, first, second) {
        const replayers = [first, second].map((options, i) => {
            const meter = this.#meters[i];
            const replayer = new Replayer(header, { ...options, trace: meter });
            replayer.model.device.machine.regs.trace = meter;
            meter.take();
            return replayer;
        });
        this.#replayers = replayers;
    }
    /** Plays a record on both; what differs, or null. */
    step(record) {
        const { totals } = this;
        const sides = this.#replayers.map((replayer, i) => {
            replayer.step(record);
            const costs = this.#meters[i].take();
            addCosts(totals.sides[i], costs);
            return { ret: replayer.ret, costs };
        });
        totals.records++;
        if (isDeepStrictEqual(sides[0], sides[1]))
            return null;
        totals.different++;
        if (sides[0].ret !== sides[1].ret)
            totals.results++;
        const call = record.type === 'ioctl' ? this.#replayers[0].callOf(record.request).name : record.type;
        return { index: record.index, call, sides };
    }
}
//# sourceMappingURL=kernel-diff.js.map