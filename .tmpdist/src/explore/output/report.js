import { UsageError } from '../../errors.js';
import { digest, encodeToken } from '../scenario/token.js';
import { columns, trace } from './explain.js';
const switchesOf = (model) => model.switched.length > 0 ? ` ${model.switched.join(' ')}` : '';
export const headOf = (scenario, model) => `${scenario} on ${model.name}${switchesOf(model)}`;
export function toJson(world, model, invariants, result, shard) {
    const { scenario } = world;
    const violations = result.findings.map(({ violation, schedule }) => ({
        invariant: violation.invariant,
        message: violation.message,
        token: encodeToken(scenario, model, invariants, schedule),
    }));
    const first = violations[0];
    return {
        scenario: scenario.name,
        kernel: model.name,
        switched: model.switched,
        verdict: result.verdict,
        invariant: first?.invariant ?? null,
        message: first?.message ?? null,
        states: result.stats.states,
        schedules: result.stats.schedules,
        depth: result.stats.depth,
        seconds: Math.round(result.seconds * 1000) / 1000,
        by: result.by,
        token: first?.token ?? null,
        steps: result.findings.length > 0 ? trace(world, result.findings[0].schedule).steps : [],
        violations,
        invariants,
        digest: digest(scenario, model),
        ...(shard ? { shard } : {}),
    };
}
/** The verdict, and for each broken invariant its schedule; `footer` ends it. */
export function toText(world, model, invariants, result, footer, shard) {
    const { stats } = result;
    const part = shard ? ` (part ${shard.index} of ${shard.count})` : '';
    const head = `${headOf(world.scenario.name, model)}${part}: ${result.verdict}`;
    const how = `${stats.states} states, ${stats.schedules} schedules, depth ${stats.depth}, ${result.seconds.toFixed(2)} s`;
    if (result.verdict !== 'violated') {
        const what = result.verdict === 'holds' ? `${invariants.join(', ')}; every interleaving was tried` : result.by;
        return `${head}: ${what} (${how})\n`;
    }
    const lines = [`${head} (${how})`, ''];
    for (const finding of result.findings)
        lines.push(...explained(world, model, invariants, finding), '');
    lines.push(...footer());
    return `${lines.join('\n')}\n`;
}
function explained(world, model, invariants, finding) {
    const traced = trace(world, finding.schedule);
    return [
        `${finding.violation.invariant}: ${finding.violation.message}`,
        '',
        ...columns(traced.steps),
        '',
        ...traced.state.map((line) => `  ${line}`),
        '',
        `  replay: panthor-shim explore --replay ${encodeToken(world.scenario, model, invariants, finding.schedule)}`,
    ];
}
export function replayText(head, traced) {
    const what = traced.violation;
    const lines = [
        `${head}, replayed: ${what === null ? 'nothing breaks on this schedule' : `${what.invariant}: ${what.message}`}`,
        '',
        ...columns(traced.steps),
        '',
        ...traced.state.map((line) => `  ${line}`),
    ];
    return `${lines.join('\n')}\n`;
}
/**
 * One verdict from those of all parts: it holds where every part holds. @throws UsageError where parts are missing or do
 * not belong together
 */
export function mergeResults(parts) {
    const [first] = parts;
    const count = first?.shard?.count ?? 0;
    const same = (part) => part.digest === first.digest &&
        part.invariants.join() === first.invariants.join() &&
        part.shard?.count === count;
    if (count === 0 || !parts.every(same))
        throw new UsageError('these verdicts are not parts of one exploration');
    const indices = new Set(parts.map((part) => part.shard?.index));
    for (let i = 1; i <= count; i++) {
        if (!indices.has(i))
            throw new UsageError(`part ${i} of ${count} is missing`);
    }
    const verdicts = ['violated', 'bounded', 'holds'];
    const verdict = verdicts.find((one) => parts.some((part) => part.verdict === one)) ?? 'bounded';
    const deciding = parts
        .filter((part) => part.verdict === verdict)
        .reduce((a, b) => (a.steps.length <= b.steps.length ? a : b));
    const { shard: _, ...rest } = deciding;
    const sum = (of) => parts.reduce((total, part) => total + of(part), 0);
    return {
        ...rest,
        // Parts meet in the same states: the sum is more than there are.
        states: sum((part) => part.states),
        schedules: sum((part) => part.schedules),
        seconds: sum((part) => part.seconds),
        depth: Math.max(...parts.map((part) => part.depth)),
        by: `${count} parts`,
    };
}
//# sourceMappingURL=report.js.map