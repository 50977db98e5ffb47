import { kernel, kernelForVersion } from '../driver/kernels.js';
import { KernelDiff } from '../replay/kernel-diff.js';
import { diffJson, diffLine, diffTotalsText } from '../report/diff-text.js';
import { behaviourOption, kernelOption } from './kernel-options.js';
import { modelOptions } from './model-options.js';
import { readThrough } from './read.js';
/** Adds --diff-kernel, --diff-with and --diff-without. */
export function addDiffOptions(command) {
    return command
        .addOption(kernelOption('--diff-kernel <name>', 'show what this kernel does otherwise, record by record'))
        .addOption(behaviourOption('--diff-with <behaviour>', 'the same for a kernel with a behaviour switched on'))
        .addOption(behaviourOption('--diff-without <behaviour>', 'or switched off (both also without --diff-kernel)'));
}
export function asksForDiff(options) {
    return options.diffKernel !== undefined || options.diffWith.length > 0 || options.diffWithout.length > 0;
}
function nameOf({ name, switched }) {
    return [name, ...switched].join(' ');
}
/** Plays the capture on two kernels; differing records as they come, the totals at the end. */
export async function diffKernels(capture, options) {
    const version = capture.header.driver_version;
    const first = modelOptions(options, version);
    const other = options.diffKernel ?? options.kernel ?? kernelForVersion(version ?? '');
    const switched = options.diffKernel === undefined;
    const second = {
        ...first,
        kernel: kernel(other, [...(switched ? options.with : []), ...options.diffWith], [...(switched ? options.without : []), ...options.diffWithout]),
    };
    const names = [nameOf(first.kernel), nameOf(second.kernel)];
    const diff = new KernelDiff(capture.header, first, second);
    const kept = [];
    const stopAt = options.stopAt ?? Number.POSITIVE_INFINITY;
    await readThrough(capture, (record) => {
        const found = diff.step(record);
        if (found !== null) {
            if (options.json)
                kept.push(found);
            else
                process.stdout.write(`${diffLine(found)}\n`);
        }
        return record.index < stopAt;
    }, () => {
        const text = options.json ? diffJson(diff.totals, kept, names) : diffTotalsText(diff.totals, names);
        process.stdout.write(`${text}\n`);
    });
}
//# sourceMappingURL=replay-diff.js.map