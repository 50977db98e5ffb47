/** Whether two threads make the same calls, if need be to VMs of their own that are the same but for the name. */
export function areInterchangeable(scenario, one, other) {
    const callsOf = (name) => scenario.threads.find((thread) => thread.name === name)?.calls;
    const [a, b] = [callsOf(one), callsOf(other)];
    if (a === undefined || b === undefined)
        return false;
    const renamed = new Map();
    const same = (x, y, vms) => x.length === y.length && x.every((call, i) => sameCall(call, y[i], vms ? renamed : null));
    if (!same(a, b, true))
        return false;
    return [...renamed].every(([from, to]) => {
        const setUp = (name) => scenario.vms.find((vm) => vm.name === name)?.calls ?? [];
        return from === to || same(setUp(from), setUp(to), false);
    });
}
function sameCall(a, b, renamed) {
    const rest = (call) => JSON.stringify({ ...call, text: '', vm: '' });
    if (rest(a) !== rest(b))
        return false;
    if (renamed === null)
        return true;
    const known = renamed.get(a.vm);
    renamed.set(a.vm, b.vm);
    return known === undefined || known === b.vm;
}
//# sourceMappingURL=symmetry.js.map