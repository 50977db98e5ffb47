/** Reads scenario files: one statement a line. docs/explore.md has the syntax. */
import { INVARIANTS } from '../invariants.ts';
import { parseCall, parseStreamLine } from './call-parser.ts';
import { checkArch, checkKernel, checkName, checkObjectSize, checkSlots, checkWhole } from './limits.ts';
import { type Call, EXPECTATIONS, type GroupDecl, type Scenario, ScenarioError } from './scenario.ts';
import { whyNotInterchangeable } from './symmetry.ts';
import { bytes, Words } from './words.ts';

const COMMANDS = ['LOCK', 'UNLOCK', 'UPDATE', 'FLUSH_PT', 'FLUSH_MEM', 'flush'];
const STATEMENTS =
  'about, check, accept, expect, kernel, arch, slots, object, stuck, fail, interchangeable, vm, group, thread';

type Block = { calls: Call[]; vm: string | null } | null;

/** Reads a scenario. Throws ScenarioError with the line number for what it cannot read. */
export function parseScenario(source: string, name: string): Scenario {
  const scenario: Scenario = {
    name,
    about: '',
    check: [],
    accept: [],
    slots: 1,
    kernel: null,
    arch: null,
    expect: [],
    objects: [],
    vms: [],
    groups: [],
    threads: [],
    stuck: [],
    failTables: -1,
    failMap: -1,
    interchangeable: [],
    source,
  };
  /** Statements that may stand only once, and the line of `interchangeable`s: those are judged at the end. */
  const seen = new Set<string>();
  const swaps: number[] = [];
  let block: Block = null;
  const at = (line: number, action: () => void): void => {
    try {
      action();
    } catch (error) {
      if (!(error instanceof ScenarioError)) throw error;
      throw new ScenarioError(`${name}:${line}: ${error.message}`);
    }
  };
  const lines = source.split('\n');
  lines.forEach((line, i) => {
    const text = line.replace(/#.*/, '').trim();
    if (text === '') return;
    at(i + 1, () => {
      block = parseLine(text, i + 1, scenario, block, seen);
    });
    if (text.startsWith('interchangeable')) swaps.push(i + 1);
  });
  try {
    checkWhole(scenario);
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    throw new ScenarioError(`${name}: ${error.message}`);
  }
  scenario.interchangeable.forEach((group, i) => {
    at(swaps[i], () => {
      const why = whyNotInterchangeable(scenario, group);
      if (why !== null) throw new ScenarioError(why);
    });
  });
  return scenario;
}

function parseLine(text: string, line: number, scenario: Scenario, block: Block, seen: Set<string>): Block {
  const words = new Words(text);
  const statement = words.next('a statement');
  const once = (): void => {
    if (seen.has(statement)) throw new ScenarioError(`a second '${statement}'`);
    seen.add(statement);
  };
  switch (statement) {
    case 'about':
      scenario.about = [scenario.about, ...words.rest()].join(' ').trim();
      break;
    case 'check':
      for (const invariant of [words.next('an invariant'), ...words.rest()]) {
        if (!(INVARIANTS as readonly string[]).includes(invariant)) {
          throw new ScenarioError(`unknown invariant '${invariant}' (one of ${INVARIANTS.join(', ')})`);
        }
        scenario.check.push(invariant);
      }
      break;
    case 'accept':
      scenario.accept.push([words.next('a text'), ...words.rest()].join(' '));
      break;
    case 'kernel':
      once();
      scenario.kernel = checkKernel(words.next('a kernel'));
      break;
    case 'arch':
      once();
      scenario.arch = checkArch(bytes(words.next('a number')));
      break;
    case 'expect': {
      const what = words.next('what happens');
      const known = EXPECTATIONS.find((one) => one === what);
      if (known === undefined) throw new ScenarioError(`'expect' goes with ${EXPECTATIONS.join(', ')}`);
      scenario.expect.push(known);
      break;
    }
    case 'slots':
      once();
      scenario.slots = checkSlots(bytes(words.next('a number')));
      break;
    case 'object': {
      const name = checkName('object', words.next('a name'), scenario.objects);
      const size = checkObjectSize(bytes(words.next('a size')));
      scenario.objects.push({ name, size, later: words.take('later') });
      break;
    }
    case 'group':
      scenario.groups.push(parseGroup(words, scenario));
      break;
    case 'stuck': {
      const command = words.next('a command');
      if (!COMMANDS.includes(command)) throw new ScenarioError(`unknown command '${command}'`);
      scenario.stuck.push({ command, skip: skipped(words) });
      break;
    }
    case 'fail': {
      once();
      const what = words.next('what fails');
      if (what === 'tables') scenario.failTables = skipped(words);
      else if (what === 'map') scenario.failMap = skipped(words);
      else throw new ScenarioError("'fail' goes with 'tables' and 'map'");
      break;
    }
    case 'interchangeable':
      scenario.interchangeable.push([words.next('a thread'), words.next('another thread'), ...words.rest()]);
      break;
    case 'vm': {
      const vm = { name: checkName('VM', words.next('a name'), scenario.vms), calls: [] };
      end(words);
      scenario.vms.push(vm);
      return { calls: vm.calls, vm: vm.name };
    }
    case 'thread': {
      const thread = { name: checkName('thread', words.next('a name'), scenario.threads), calls: [] };
      end(words);
      scenario.threads.push(thread);
      return { calls: thread.calls, vm: null };
    }
    default:
      if (block === null) throw new ScenarioError(`unknown statement '${text}' (one of ${STATEMENTS})`);
      if (/^[A-Z]/.test(text)) parseStreamLine(text, block.calls.at(-1));
      else block.calls.push(parseCall(text, line, scenario, block.vm));
      return block;
  }
  end(words);
  return null;
}

const PRIORITIES = ['low', 'medium', 'high'];

/** `group NAME VM [low|medium|high] [later]`. */
function parseGroup(words: Words, scenario: Scenario): GroupDecl {
  const name = checkName('group', words.next('a name'), scenario.groups);
  const vm = words.next('a VM');
  if (!scenario.vms.some((one) => one.name === vm)) throw new ScenarioError(`unknown VM '${vm}'`);
  const priority = PRIORITIES.find((one) => words.take(one)) ?? 'medium';
  return { name, vm, priority, later: words.take('later') };
}

function end(words: Words): void {
  if (words.more) throw new ScenarioError(`'${words.rest().join(' ')}' is one too many`);
}

/** "after N": how many go well before the one that does not. */
function skipped(words: Words): number {
  return words.take('after') ? bytes(words.next('a number')) : 0;
}
