import type { Call, Scenario } from './scenario.ts';

/** Whether two threads make the same calls, if need be to VMs of their own that are the same but for the name. */
export function areInterchangeable(scenario: Scenario, one: string, other: string): boolean {
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
