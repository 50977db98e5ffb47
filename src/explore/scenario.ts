/**
 * Scenarios: readable files that say which VMs there are, what each thread calls and what may go wrong. The syntax is
 * described in docs/explore.md; one statement a line, `#` begins a comment, indentation is free.
 */

/** What a thread does, one call. Addresses and sizes in bytes. */
export interface Call {
  /** The line, as written. */
  text: string;
  verb: string;
  vm: string;
  object: string;
  offset: number;
  va: number;
  size: number;
  /** Through the VM's queue, as an asynchronous VM_BIND. */
  async: boolean;
  /** readonly, noexec, uncached. */
  flags: string[];
}

export interface VmDecl {
  name: string;
  calls: Call[];
}

export interface ThreadDecl {
  name: string;
  calls: Call[];
}

/** A command of the machine that never ends: the first after `skip` others of its kind. */
export interface StuckDecl {
  /** LOCK, UNLOCK, UPDATE, FLUSH_PT, FLUSH_MEM or flush (a cache flush through GPU_CMD). */
  command: string;
  skip: number;
}

export interface Scenario {
  name: string;
  about: string;
  /** Invariants that it is about. */
  check: string[];
  /** AS slots besides the firmware's. */
  slots: number;
  kernel: string | null;
  objects: { name: string; size: number }[];
  vms: VmDecl[];
  threads: ThreadDecl[];
  stuck: StuckDecl[];
  /** Groups of threads that do the same and may be taken for one another. */
  interchangeable: string[][];
  /** The text it was read from. */
  source: string;
}

/** A scenario that cannot be read: which line, and why. */
export class ScenarioError extends Error {
  override name = 'ScenarioError';
}

const ACCESSES = ['read', 'write', 'execute', 'atomic'];
const DEVICE_CALLS = ['reset', 'suspend', 'resume', 'unplug', 'remove'];
const COMMANDS = ['LOCK', 'UNLOCK', 'UPDATE', 'FLUSH_PT', 'FLUSH_MEM', 'flush'];

/** "0x1000", "8K", "2M", "1G" as bytes. */
function bytes(text: string | undefined): number {
  const match = /^(0x[0-9a-f]+|\d+)([KMG]?)$/i.exec(text ?? '');
  if (!match) throw new ScenarioError(`'${text ?? ''}' is no number of bytes`);
  const unit = { '': 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30 }[match[2].toUpperCase()] as number;
  return Number(match[1]) * unit;
}

class Words {
  readonly #words: string[];
  #at = 0;

  constructor(line: string) {
    this.#words = line.split(/\s+/);
  }

  next(what: string): string {
    if (this.#at >= this.#words.length) throw new ScenarioError(`${what} is missing`);
    return this.#words[this.#at++];
  }

  get more(): boolean {
    return this.#at < this.#words.length;
  }

  /** Takes `word` if it comes next. */
  take(word: string): boolean {
    if (this.#words[this.#at] !== word) return false;
    this.#at++;
    return true;
  }

  rest(): string[] {
    const words = this.#words.slice(this.#at);
    this.#at = this.#words.length;
    return words;
  }
}

/** `implicitVm`: inside a vm block the VM is not named again. */
function parseCall(text: string, scenario: Scenario, implicitVm: string | null): Call {
  const words = new Words(text);
  const call: Call = {
    text,
    verb: '',
    vm: '',
    object: '',
    offset: 0,
    va: 0,
    size: 0,
    async: false,
    flags: [],
  };
  if (words.take('async')) call.async = true;
  call.verb = words.next('a call');
  if (DEVICE_CALLS.includes(call.verb)) {
    if (words.more) throw new ScenarioError(`'${call.verb}' takes nothing`);
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
    ...ACCESSES,
  ];
  if (!known.includes(call.verb)) throw new ScenarioError(`unknown call '${call.verb}'`);
  call.vm = implicitVm ?? words.next('a VM');
  if (!scenario.vms.some((vm) => vm.name === call.vm)) throw new ScenarioError(`unknown VM '${call.vm}'`);
  if (ACCESSES.includes(call.verb) || call.verb === 'kill') {
    call.va = bytes(words.next('an address'));
  } else if (call.verb === 'map' || call.verb === 'sparse' || call.verb === 'unmap') {
    if (call.verb === 'map') parseObject(words.next('an object'), call, scenario);
    if (!words.take('at')) throw new ScenarioError("'at ADDRESS' is missing");
    call.va = bytes(words.next('an address'));
    if (words.take('size')) call.size = bytes(words.next('a size'));
    if (call.size === 0) throw new ScenarioError("'size BYTES' is missing");
    call.flags = words.rest();
    const unknown = call.flags.find((flag) => !['readonly', 'noexec', 'uncached'].includes(flag));
    if (unknown !== undefined) throw new ScenarioError(`unknown flag '${unknown}'`);
  }
  if (words.more) throw new ScenarioError(`'${words.rest().join(' ')}' is one too many`);
  return call;
}

function parseObject(text: string, call: Call, scenario: Scenario): void {
  const [name, offset] = text.split('+');
  const object = scenario.objects.find((one) => one.name === name);
  if (!object) throw new ScenarioError(`unknown object '${name}'`);
  call.object = name;
  call.offset = offset === undefined ? 0 : bytes(offset);
  call.size = object.size - call.offset;
}

/** Reads a scenario. Throws ScenarioError with the line number for what it cannot read. */
export function parseScenario(source: string, name: string): Scenario {
  const scenario: Scenario = {
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
  let block: { calls: Call[]; vm: string | null } | null = null;
  source.split('\n').forEach((line, i) => {
    const text = line.replace(/#.*/, '').trim();
    if (text === '') return;
    try {
      block = parseLine(text, scenario, block);
    } catch (error) {
      if (!(error instanceof ScenarioError)) throw error;
      throw new ScenarioError(`${name}:${i + 1}: ${error.message}`);
    }
  });
  if (scenario.threads.length === 0) throw new ScenarioError(`${name}: there are no threads`);
  for (const group of scenario.interchangeable) {
    const wrong = group.find((thread) => !areInterchangeable(scenario, group[0], thread));
    if (wrong !== undefined)
      throw new ScenarioError(`${name}: '${group[0]}' and '${wrong}' are not interchangeable`);
  }
  return scenario;
}

/** Whether two threads make the same calls, if need be to VMs of their own that are the same but for the name. */
function areInterchangeable(scenario: Scenario, one: string, other: string): boolean {
  const callsOf = (name: string) => scenario.threads.find((thread) => thread.name === name)?.calls;
  const [a, b] = [callsOf(one), callsOf(other)];
  if (a === undefined || b === undefined) return false;
  const renamed = new Map<string, string>();
  const same = (x: readonly Call[], y: readonly Call[], vms: boolean): boolean =>
    x.length === y.length && x.every((call, i) => sameCall(call, y[i], vms ? renamed : null));
  if (!same(a, b, true)) return false;
  return [...renamed].every(([from, to]) => {
    const setUp = (name: string) => scenario.vms.find((vm) => vm.name === name)?.calls ?? [];
    return from === to || same(setUp(from), setUp(to), false);
  });
}

function sameCall(a: Call, b: Call, renamed: Map<string, string> | null): boolean {
  const rest = (call: Call) => JSON.stringify({ ...call, text: '', vm: '' });
  if (rest(a) !== rest(b)) return false;
  if (renamed === null) return true;
  const known = renamed.get(a.vm);
  renamed.set(a.vm, b.vm);
  return known === undefined || known === b.vm;
}

type Block = { calls: Call[]; vm: string | null } | null;

function parseLine(text: string, scenario: Scenario, block: Block): Block {
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
      if (!COMMANDS.includes(command)) throw new ScenarioError(`unknown command '${command}'`);
      const skip = words.take('after') ? bytes(words.next('a number')) : 0;
      scenario.stuck.push({ command, skip });
      return null;
    }
    case 'interchangeable':
      scenario.interchangeable.push(words.rest());
      return null;
    case 'vm': {
      const vm: VmDecl = { name: words.next('a name'), calls: [] };
      scenario.vms.push(vm);
      return { calls: vm.calls, vm: vm.name };
    }
    case 'thread': {
      const thread: ThreadDecl = { name: words.next('a name'), calls: [] };
      scenario.threads.push(thread);
      return { calls: thread.calls, vm: null };
    }
    default:
      if (block === null) throw new ScenarioError(`unknown statement '${text}'`);
      block.calls.push(parseCall(text, scenario, block.vm));
      return block;
  }
}
