/**
 * When threads may be taken for one another. Exchanging two of them, and their VMs, must turn the whole scenario into
 * itself: then every schedule that begins with one is a schedule that begins with the other, with the names changed.
 * Where that is not certain it is refused, since a reduction that is not proven hides violations.
 */
import { allCalls, type Call, type Scenario } from './scenario.ts';

/** Calls after which driver code goes over groups and VMs one after the other: their order tells them apart. */
const IN_ORDER = [
  'reset',
  'suspend',
  'resume',
  'unplug',
  'remove',
  'kill',
  'destroy',
  'close-file',
  'reclaim',
  'evict',
];

/** Why the threads of `group` may not be taken for one another, or null where each of them may. */
export function whyNotInterchangeable(scenario: Scenario, group: readonly string[]): string | null {
  if (new Set(group).size !== group.length) return `'${group.join(' ')}' names a thread twice`;
  for (const name of group) {
    if (!scenario.threads.some((thread) => thread.name === name)) return `unknown thread '${name}'`;
  }
  const [first, ...others] = group;
  for (const other of others) {
    const why = whyNotTwo(scenario, first, other);
    if (why !== null) return `'${first}' and '${other}' are not interchangeable: ${why}`;
  }
  return null;
}

function whyNotTwo(scenario: Scenario, one: string, other: string): string | null {
  const callsOf = (name: string) => scenario.threads.find((thread) => thread.name === name)?.calls ?? [];
  const exchanged = new Map<string, string>();
  if (!sameCalls(callsOf(one), callsOf(other), exchanged)) return 'they do not make the same calls';
  for (const [from, to] of exchanged) {
    if ((exchanged.get(to) ?? from) !== from)
      return `${from} stands for ${to}, and ${to} for ${exchanged.get(to)}`;
    if ([...exchanged].some(([from2, to2]) => to2 === to && from2 !== from)) return `two VMs stand for ${to}`;
  }
  const renamed = [...exchanged].filter(([from, to]) => from !== to);
  for (const [from, to] of renamed) exchanged.set(to, from);
  for (const { name, calls } of scenario.threads) {
    if (name === one || name === other) continue;
    const wrong = calls.find((call) => (exchanged.get(call.vm) ?? call.vm) !== call.vm);
    if (wrong !== undefined) {
      return `'${name}' treats ${wrong.vm} and ${exchanged.get(wrong.vm)} differently ('${wrong.text}')`;
    }
  }
  for (const [from, to] of renamed) {
    const why = whyNotAlike(scenario, from, to);
    if (why !== null) return why;
  }
  const ordered = allCalls(scenario).find((call) => IN_ORDER.includes(call.verb));
  if (ordered !== undefined) return `'${ordered.text}' goes over groups and VMs in an order`;
  if (scenario.stuck.length > 0)
    return 'a command that gets stuck brings a reset, which goes over VMs in an order';
  return null;
}

/** Whether two VMs are the same before the threads start. */
function whyNotAlike(scenario: Scenario, from: string, to: string): string | null {
  const setUp = (name: string) => scenario.vms.find((vm) => vm.name === name)?.calls ?? [];
  if (!sameCalls(setUp(from), setUp(to), null)) return `${from} and ${to} do not begin alike`;
  if (setUp(from).some((call) => call.verb === 'activate')) {
    return `${from} and ${to} have slots from the start, one the lower`;
  }
  return null;
}

/** Whether calls are the same; with `exchanged`, but for the names of VMs, which are entered there. */
function sameCalls(a: readonly Call[], b: readonly Call[], exchanged: Map<string, string> | null): boolean {
  return a.length === b.length && a.every((call, i) => sameCall(call, b[i], exchanged));
}

function sameCall(a: Call, b: Call, exchanged: Map<string, string> | null): boolean {
  const rest = (call: Call) => JSON.stringify({ ...call, text: '', line: 0, vm: '' });
  if (rest(a) !== rest(b)) return false;
  if (exchanged === null) return true;
  const known = exchanged.get(a.vm);
  exchanged.set(a.vm, b.vm);
  return known === undefined || known === b.vm;
}
