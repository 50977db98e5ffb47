/** Reads the calls of a scenario's threads. docs/explore.md has the list. */
import type { AccessKind } from '../../hw/access.ts';
import { parseInstruction } from '../../hw/command-stream/instruction-text.ts';
import { checkAddress, checkRange } from './limits.ts';
import { type BindPart, type Call, type Scenario, ScenarioError } from './scenario.ts';
import { bytes, Words } from './words.ts';

const ACCESSES = ['read', 'write', 'execute', 'atomic'] as const;
const DEVICE_CALLS = [
  'reset',
  'suspend',
  'resume',
  'unplug',
  'remove',
  'close-file',
  'timestamp',
  'time-slice',
];
const STAGED_CALLS = ['activate', 'idle', 'enter', 'leave', 'submit', 'done'];
const HEAP_CALLS = ['create-heap', 'destroy-heap'];
const VM_CALLS = [...STAGED_CALLS, ...HEAP_CALLS, 'destroy', 'stream', 'evict', 'state'];
const OBJECT_CALLS = ['create', 'close', 'reclaim'];
/** Calls about groups that clients create. */
export const GROUP_CALLS = ['create-group', 'destroy-group', 'run'];
const FENCE_CALLS = ['wait', 'signal'];
const BINDS = ['map', 'sparse', 'unmap'];
const IOCTLS = [...BINDS, 'destroy'];
const FLAGS = ['readonly', 'noexec', 'uncached'];
/** What a VM may have done before the threads start. */
const SETUP = [...BINDS, 'activate', 'idle'];

const isAccess = (word: string): word is AccessKind => (ACCESSES as readonly string[]).includes(word);

function emptyCall(text: string, line: number): Call {
  return {
    text,
    line,
    verb: '',
    vm: '',
    object: '',
    offset: 0,
    va: 0,
    size: 0,
    mayFail: false,
    async: false,
    ioctl: false,
    flags: [],
    more: [],
    waits: [],
    signals: [],
    group: '',
    accesses: [],
    stream: [],
  };
}

/** `setUpOf`: inside a vm block, that VM, which is not named again. @throws ScenarioError */
export function parseCall(text: string, line: number, scenario: Scenario, setUpOf: string | null): Call {
  const words = new Words(text.replaceAll(';', ' ; '));
  const call = emptyCall(text, line);
  call.mayFail = setUpOf === null && words.take('try');
  call.ioctl = words.take('ioctl');
  call.async = words.take('async');
  call.verb = words.next('a call');
  const { verb } = call;
  if (setUpOf !== null && (call.ioctl || call.async || !SETUP.includes(verb))) {
    throw new ScenarioError(
      `'${text}' is nothing that a VM has done before the threads start: ${SETUP.join(', ')}`,
    );
  }
  if (call.ioctl && !IOCTLS.includes(verb)) throw new ScenarioError(`'ioctl' goes with ${IOCTLS.join(', ')}`);
  if (call.async && !BINDS.includes(verb)) throw new ScenarioError(`'async' goes with ${BINDS.join(', ')}`);
  if (DEVICE_CALLS.includes(verb)) {
    if (words.more) throw new ScenarioError(`'${verb}' takes nothing`);
  } else if (OBJECT_CALLS.includes(verb)) parseObjectCall(words, call, scenario);
  else if (FENCE_CALLS.includes(verb)) {
    (verb === 'wait' ? call.waits : call.signals).push(fence(words));
  } else if (GROUP_CALLS.includes(verb)) parseGroupCall(words, call, scenario);
  else parseVmCall(words, call, scenario, setUpOf);
  if (words.more) throw new ScenarioError(`'${words.rest().join(' ')}' is one too many`);
  return call;
}

function parseVmCall(words: Words, call: Call, scenario: Scenario, setUpOf: string | null): void {
  const { verb } = call;
  if (![...BINDS, ...VM_CALLS, ...ACCESSES, 'kill'].includes(verb))
    throw new ScenarioError(`unknown call '${verb}'`);
  call.vm = setUpOf ?? words.next('a VM');
  if (!scenario.vms.some((vm) => vm.name === call.vm)) throw new ScenarioError(`unknown VM '${call.vm}'`);
  if (isAccess(verb) || verb === 'kill') call.va = checkAddress(bytes(words.next('an address')));
  else if (BINDS.includes(verb)) parseBind(words, call, scenario);
}

function parseBind(words: Words, call: Call, scenario: Scenario): void {
  const { object, offset, va, size, flags } = parsePart(words, call.verb as BindPart['verb'], scenario);
  Object.assign(call, { object, offset, va, size, flags });
  while (words.take(';')) {
    if (!call.ioctl) throw new ScenarioError("only an 'ioctl' has several operations");
    const verb = words.next('an operation') as BindPart['verb'];
    if (!BINDS.includes(verb)) throw new ScenarioError(`'${verb}' is no operation of a VM_BIND`);
    call.more.push(parsePart(words, verb, scenario));
  }
  parseSyncs(words, call);
  if (call.waits.length + call.signals.length > 0 && !(call.ioctl && call.async)) {
    throw new ScenarioError("'wait' and 'signal' go with 'ioctl async'");
  }
}

function parsePart(words: Words, verb: BindPart['verb'], scenario: Scenario): BindPart {
  const part: BindPart = { verb, object: '', offset: 0, va: 0, size: 0, flags: [] };
  if (verb === 'map') {
    const [name, offset] = words.next('an object').split('+');
    const object = scenario.objects.find((one) => one.name === name);
    if (!object) throw new ScenarioError(`unknown object '${name}'`);
    part.object = name;
    part.offset = offset === undefined ? 0 : bytes(offset);
    if (part.offset >= object.size) throw new ScenarioError(`'${name}' has no byte ${part.offset}`);
    part.size = object.size - part.offset;
  }
  if (!words.take('at')) throw new ScenarioError("'at ADDRESS' is missing");
  part.va = bytes(words.next('an address'));
  if (words.take('size')) part.size = bytes(words.next('a size'));
  checkRange(part.va, part.size);
  for (const flag of words.until(';', 'wait', 'signal')) {
    if (!FLAGS.includes(flag)) throw new ScenarioError(`unknown flag '${flag}'`);
    if (verb === 'unmap') throw new ScenarioError(`'unmap' takes no '${flag}'`);
    part.flags.push(flag);
  }
  return part;
}

function parseSyncs(words: Words, call: Call): void {
  for (;;) {
    if (words.take('wait')) call.waits.push(fence(words));
    else if (words.take('signal')) call.signals.push(fence(words));
    else break;
  }
}

/** `create-group G`, `destroy-group G`, `run G read VA ; write VA … [wait F]… [signal F]…`. */
function parseGroupCall(words: Words, call: Call, scenario: Scenario): void {
  call.group = words.next('a group');
  const group = scenario.groups.find((one) => one.name === call.group);
  if (group === undefined) throw new ScenarioError(`unknown group '${call.group}'`);
  if (call.verb === 'create-group' && !group.later) {
    throw new ScenarioError(`'${group.name}' is there from the start; 'group ${group.name} VM later' is not`);
  }
  if (call.verb !== 'run') return;
  do {
    const kind = words.next('an access');
    if (!isAccess(kind)) throw new ScenarioError(`'${kind}' is no access: ${ACCESSES.join(', ')}`);
    call.accesses.push({ kind, va: checkAddress(bytes(words.next('an address'))) });
  } while (words.take(';'));
  parseSyncs(words, call);
}

function parseObjectCall(words: Words, call: Call, scenario: Scenario): void {
  call.object = words.next('an object');
  const object = scenario.objects.find((one) => one.name === call.object);
  if (object === undefined) throw new ScenarioError(`unknown object '${call.object}'`);
  if (call.verb === 'create' && !object.later) {
    throw new ScenarioError(
      `'${call.object}' is there from the start; 'object ${call.object} SIZE later' is not`,
    );
  }
}

function fence(words: Words): string {
  const name = words.next('a fence');
  if (!/^[A-Za-z][\w-]{0,63}$/.test(name)) throw new ScenarioError(`'${name}' is no name of a fence`);
  return name;
}

/** An instruction of the stream that `call` has to be. What would leave the stream is refused: it is all there is. */
export function parseStreamLine(text: string, call: Call | undefined): void {
  if (call?.verb !== 'stream') throw new ScenarioError(`instruction outside a stream: '${text}'`);
  if (/^(CALL|JUMP)\b/.test(text)) throw new ScenarioError(`no ${text.slice(0, 4)} in a scenario's stream`);
  try {
    call.stream.push(...parseInstruction(text));
  } catch (error) {
    if (error instanceof RangeError) throw new ScenarioError(error.message);
    throw error;
  }
}
