import { openCapture } from '../capture/reader.js';
import { callText } from '../report/call.js';
import { recordJson } from '../report/record-json.js';
import { isKnownName, isNamed } from '../report/requests.js';
import { UsageError } from './exit.js';
import { inRanges, parseRanges, pastRanges } from './ranges.js';
import { readThrough } from './read.js';
/** Output gathers up to this before it is written, except where the input pauses. */
const FLUSH_CHARACTERS = 1 << 16;
export function register(program) {
    program
        .command('dump')
        .summary('print the calls of a capture')
        .description('Prints the calls of a capture, one line or block each: number, time in seconds, thread, call, result.')
        .argument('<capture>', 'capture, FIFO, or - for standard input')
        .option('-r, --records <ranges>', 'which records: 0-100,200-', '0-')
        .option('-i, --ioctl <names>', 'only these calls, separated by commas: VM_BIND,mmap')
        .option('--json', 'one JSON object a line')
        .addHelpText('after', '\nA capture holds what a client asked for, its labels and names included: private data.')
        .action(dump);
}
async function dump(path, options) {
    const ranges = parseRanges(options.records);
    const names = options.ioctl?.split(',').map((name) => name.trim());
    for (const name of names ?? []) {
        if (name !== 'mmap' && name !== 'close' && !isKnownName(name))
            throw new UsageError(`${name}: no such ioctl`);
    }
    const capture = await openCapture(path);
    const render = options.json ? recordJson : line;
    let gathered = '';
    const flush = () => {
        if (gathered !== '')
            process.stdout.write(gathered);
        gathered = '';
    };
    await readThrough(capture, (record) => {
        if (pastRanges(ranges, record.index))
            return false;
        if (!inRanges(ranges, record.index))
            return true;
        if (names !== undefined && !names.some((name) => matches(record, name)))
            return true;
        gathered += `${render(record)}\n`;
        if (gathered.length > FLUSH_CHARACTERS)
            flush();
        return true;
    }, flush, flush);
}
function matches(record, name) {
    return record.type === 'ioctl' ? isNamed(record.request, name) : record.type === name;
}
function line(record) {
    const time = (record.timeNs / 1e9).toFixed(6);
    const thread = record.type === 'ioctl' ? `${record.tid}` : '-';
    return `${`${record.index}`.padStart(5)} ${time.padStart(11)} ${thread.padStart(6)} ${callText(record)}`;
}
//# sourceMappingURL=dump.js.map