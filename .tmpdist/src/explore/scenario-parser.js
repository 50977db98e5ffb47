/** Reads scenario files: one statement a line. docs/explore.md has the syntax. */
import { parseInstruction } from '../hw/command-stream/instruction-text.js';
import { ScenarioError } from './scenario.js';
import { bytes, Words } from './scenario-words.js';
import { areInterchangeable } from './symmetry.js';
const ACCESSES = ['read', 'write', 'execute', 'atomic'];
const DEVICE_CALLS = ['reset', 'suspend', 'resume', 'unplug', 'remove'];
const IOCTLS = ['map', 'sparse', 'unmap', 'destroy'];
const COMMANDS = ['LOCK', 'UNLOCK', 'UPDATE', 'FLUSH_PT', 'FLUSH_MEM', 'flush'];
/** `implicitVm`: inside a vm block the VM is not named again. */
function parseCall(text, scenario, implicitVm) {
    const words = new Words(text);
    const call = {
        text,
        verb: '',
        vm: '',
        object: '',
        offset: 0,
        va: 0,
        size: 0,
        async: false,
        ioctl: false,
        flags: [],
        stream: [],
    };
    if (words.take('async'))
        call.async = true;
    else if (words.take('ioctl'))
        call.ioctl = true;
    call.verb = words.next('a call');
    if (call.ioctl && !IOCTLS.includes(call.verb))
        throw new ScenarioError(`'ioctl' goes with ${IOCTLS.join(', ')}`);
    if (DEVICE_CALLS.includes(call.verb)) {
        if (words.more)
            throw new ScenarioError(`'${call.verb}' takes nothing`);
        return call;
    }
    const known = [
        'map',
        'sparse',
        'unmap',
        'activate',
        'idle',
        'enter',
        'leave',
        'kill',
        'destroy',
        'stream',
        ...ACCESSES,
    ];
    if (!known.includes(call.verb))
        throw new ScenarioError(`unknown call '${call.verb}'`);
    call.vm = implicitVm ?? words.next('a VM');
    if (!scenario.vms.some((vm) => vm.name === call.vm))
        throw new ScenarioError(`unknown VM '${call.vm}'`);
    if (ACCESSES.includes(call.verb) || call.verb === 'kill') {
        call.va = bytes(words.next('an address'));
    }
    else if (call.verb === 'map' || call.verb === 'sparse' || call.verb === 'unmap') {
        if (call.verb === 'map')
            parseObject(words.next('an object'), call, scenario);
        if (!words.take('at'))
            throw new ScenarioError("'at ADDRESS' is missing");
        call.va = bytes(words.next('an address'));
        if (words.take('size'))
            call.size = bytes(words.next('a size'));
        if (call.size === 0)
            throw new ScenarioError("'size BYTES' is missing");
        call.flags = words.rest();
        const unknown = call.flags.find((flag) => !['readonly', 'noexec', 'uncached'].includes(flag));
        if (unknown !== undefined)
            throw new ScenarioError(`unknown flag '${unknown}'`);
    }
    if (words.more)
        throw new ScenarioError(`'${words.rest().join(' ')}' is one too many`);
    return call;
}
/** An instruction of the stream that `call` has to be. What would leave the stream is refused: it is all there is. */
function parseStreamLine(text, call) {
    if (call?.verb !== 'stream')
        throw new ScenarioError(`instruction outside a stream: '${text}'`);
    if (/^(CALL|JUMP)\b/.test(text))
        throw new ScenarioError(`no ${text.slice(0, 4)} in a scenario's stream`);
    try {
        call.stream.push(...parseInstruction(text));
    }
    catch (error) {
        if (error instanceof RangeError)
            throw new ScenarioError(error.message);
        throw error;
    }
}
function parseObject(text, call, scenario) {
    const [name, offset] = text.split('+');
    const object = scenario.objects.find((one) => one.name === name);
    if (!object)
        throw new ScenarioError(`unknown object '${name}'`);
    call.object = name;
    call.offset = offset === undefined ? 0 : bytes(offset);
    call.size = object.size - call.offset;
}
/** Reads a scenario. Throws ScenarioError with the line number for what it cannot read. */
export function parseScenario(source, name) {
    const scenario = {
        name,
        about: '',
        check: [],
        slots: 1,
        kernel: null,
        objects: [],
        vms: [],
        threads: [],
        stuck: [],
        interchangeable: [],
        source,
    };
    let block = null;
    source.split('\n').forEach((line, i) => {
        const text = line.replace(/#.*/, '').trim();
        if (text === '')
            return;
        try {
            block = parseLine(text, scenario, block);
        }
        catch (error) {
            if (!(error instanceof ScenarioError))
                throw error;
            throw new ScenarioError(`${name}:${i + 1}: ${error.message}`);
        }
    });
    if (scenario.threads.length === 0)
        throw new ScenarioError(`${name}: there are no threads`);
    for (const group of scenario.interchangeable) {
        const wrong = group.find((thread) => !areInterchangeable(scenario, group[0], thread));
        if (wrong !== undefined)
            throw new ScenarioError(`${name}: '${group[0]}' and '${wrong}' are not interchangeable`);
    }
    return scenario;
}
function parseLine(text, scenario, block) {
    const words = new Words(text);
    switch (words.next('a statement')) {
        case 'about':
            scenario.about = [scenario.about, ...words.rest()].join(' ').trim();
            return null;
        case 'check':
            scenario.check.push(...words.rest());
            return null;
        case 'kernel':
            scenario.kernel = words.next('a kernel');
            return null;
        case 'slots':
            scenario.slots = bytes(words.next('a number'));
            return null;
        case 'object':
            scenario.objects.push({ name: words.next('a name'), size: bytes(words.next('a size')) });
            return null;
        case 'stuck': {
            const command = words.next('a command');
            if (!COMMANDS.includes(command))
                throw new ScenarioError(`unknown command '${command}'`);
            const skip = words.take('after') ? bytes(words.next('a number')) : 0;
            scenario.stuck.push({ command, skip });
            return null;
        }
        case 'interchangeable':
            scenario.interchangeable.push(words.rest());
            return null;
        case 'vm': {
            const vm = { name: words.next('a name'), calls: [] };
            scenario.vms.push(vm);
            return { calls: vm.calls, vm: vm.name };
        }
        case 'thread': {
            const thread = { name: words.next('a name'), calls: [] };
            scenario.threads.push(thread);
            return { calls: thread.calls, vm: null };
        }
        default:
            if (block === null)
                throw new ScenarioError(`unknown statement '${text}'`);
            if (/^[A-Z]/.test(text)) {
                parseStreamLine(text, block.calls.at(-1));
                return block;
            }
            block.calls.push(parseCall(text, scenario, block.vm));
            return block;
    }
}
//# sourceMappingURL=scenario-parser.js.map