/**
 * Rules about a capture, for CI: one a line, `#` begins a comment.
 *
 *     no warnings                          no failed calls                    no divergences
 *     no failed VM_BIND                    at most 12 cache flushes           at least 1 GROUP_SUBMIT
 *     mapped 1@0x7fff0000                  not mapped 1@0x7fff0000 after 120
 */
import { isKnownName } from '../../uapi/lookup.ts';
import type { CaptureFacts } from './facts.ts';

/** One rule; `check` says what is wrong, or null. */
export interface Rule {
  /** Number of its line, from 1. */
  line: number;
  text: string;
  check(facts: CaptureFacts): string | null;
}

/** A rule that cannot be read. */
export class RuleError extends Error {
  readonly line: number;

  constructor(line: number, message: string) {
    super(message);
    this.line = line;
  }
}

/** What is counted, by the words of a rule; calls are counted by their names. */
const COUNTS: Readonly<Record<string, (facts: CaptureFacts) => number>> = {
  records: (facts) => facts.summary.records,
  'failed calls': (facts) => facts.failed.length,
  warnings: (facts) => facts.summary.warnings.length,
  divergences: (facts) => facts.summary.counts.divergences,
  evictions: (facts) => facts.summary.as.evictions,
  activations: (facts) => facts.summary.as.activations,
  'cache flushes': (facts) => facts.summary.mmu.cache_flushes,
  'LOCK commands': (facts) => facts.summary.mmu.commands.LOCK,
  mappings: (facts) => facts.mostMappings,
  'mapped bytes': (facts) => facts.mostBytes,
  'open objects': (facts) => facts.openObjects.length,
  'open VMs': (facts) => facts.openVms.length,
};

/** What there may be none of, with the places where there was some. */
const PLACES: Readonly<Record<string, (facts: CaptureFacts) => readonly string[]>> = {
  'failed calls': (facts) =>
    facts.failed.map(({ index, name, error }) => `record ${index}: ${name} = ${error}`),
  warnings: (facts) => facts.summary.warnings.map(({ index, what }) => `record ${index}: ${what}`),
  divergences: (facts) => facts.summary.divergences.map(({ index, what }) => `record ${index}: ${what}`),
  'open objects': (facts) => facts.openObjects,
  'open VMs': (facts) => facts.openVms,
};

/** Places that a failure names. */
const NAMED = 5;

/** @throws RuleError */
export function parseRules(source: string): Rule[] {
  return source.split('\n').flatMap((whole, i): Rule[] => {
    const text = whole.replace(/#.*/, '').trim().replace(/\s+/g, ' ');
    if (text === '') return [];
    const check = bound(text) ?? none(text) ?? mapped(text);
    if (check === null) throw new RuleError(i + 1, `'${text}' is no rule: ${EXPECTED}`);
    return [{ line: i + 1, text, check }];
  });
}

const EXPECTED =
  `no WHAT, no failed CALL, at most N WHAT, at least N WHAT, [not] mapped VM@VA [after RECORD]; WHAT is a call's name or one of ` +
  Object.keys(COUNTS).join(', ');

type Check = Rule['check'];

const UNITS: Readonly<Record<string, number>> = { '': 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30 };

/** `at most N WHAT`, `at least N WHAT`. */
function bound(text: string): Check | null {
  const match = /^at (most|least) (\d+)([KMG]?) (.+)$/.exec(text);
  if (match === null) return null;
  const [, side, digits, unit, what] = match;
  const count = counted(what);
  const limit = Number(digits) * UNITS[unit];
  if (count === null) return null;
  return (facts) => {
    const found = count(facts);
    return (side === 'most' ? found <= limit : found >= limit) ? null : `${found} ${what}`;
  };
}

function counted(what: string): ((facts: CaptureFacts) => number) | null {
  if (Object.hasOwn(COUNTS, what)) return COUNTS[what];
  if (!isCall(what)) return null;
  return ({ summary }) => (what === 'mmap' ? summary.mmaps : (summary.ioctls.by_name[what] ?? 0));
}

const isCall = (name: string): boolean => name === 'mmap' || (/^[A-Z_]+$/.test(name) && isKnownName(name));

/** `no WHAT`, `no failed CALL`. */
function none(text: string): Check | null {
  const [, failed, what] = /^no (failed )?(.+)$/.exec(text) ?? [];
  if (what === undefined) return null;
  if (failed !== undefined && isCall(what)) {
    return ({ failed: all }) => {
      const found = all.filter(({ name }) => name === what);
      return found.length === 0 ? null : listed(found.map(({ index, error }) => `record ${index}: ${error}`));
    };
  }
  const whole = `${failed ?? ''}${what}`;
  const count = counted(whole);
  if (count === null) return null;
  return (facts) => {
    const found = count(facts);
    if (found === 0) return null;
    const places = PLACES[whole]?.(facts) ?? [];
    return places.length > 0 ? listed(places) : `${found} ${whole}`;
  };
}

function listed(places: readonly string[]): string {
  const more = places.length > NAMED ? `; … ${places.length - NAMED} more` : '';
  return places.slice(0, NAMED).join('; ') + more;
}

/** `mapped VM@VA`, `not mapped VM@VA`, both with `after RECORD`. */
function mapped(text: string): Check | null {
  const match = /^(not )?mapped (\d+)@(0x[0-9a-f]+)(?: after (\d+))?$/i.exec(text);
  if (match === null) return null;
  const [, not, vm, digits, record] = match;
  const va = Number(digits);
  return ({ mappings }) => {
    const at = record === undefined ? Number.POSITIVE_INFINITY : Number(record);
    const there = mappings.filter(
      (one) => one.vm.id === Number(vm) && one.va <= va && va < one.va + one.size && one.mapped.record <= at,
    );
    const alive = there.find(({ removed }) => removed === null || removed.record > at);
    if ((alive !== undefined) !== (not !== undefined)) return null;
    if (alive !== undefined) return `it is mapped, by record ${alive.mapped.record}`;
    const last = there.at(-1)?.removed;
    return last == null
      ? 'nothing was ever mapped there'
      : `record ${last.record} removed what was mapped there`;
  };
}
