import { describe, expect, it } from 'vitest';
import { parseHeader } from '../../native-stubs/abi-probe/header.ts';
import { comparePresence } from '../../native-stubs/abi-probe/presence.ts';
import { probeRows, probeSource } from '../../native-stubs/abi-probe/probe.ts';
import type { HeaderTables } from '../../native-stubs/abi-probe/tables.ts';
import { enumeration } from '../../uapi/enumeration.ts';
import { array, f, struct } from '../../uapi/layout.ts';

// What the ABI check makes of names, on a header small enough to see all of it: it needs no network and no compiler.
const text = `
#ifndef _TOY_H_
#define _TOY_H_
/* struct toy_old { int gone; }; */
enum toy_mode {
	/** @TOY_MODE_A: the first, which says: A = 1, B. */
	TOY_MODE_A,
	TOY_MODE_B = 1 << 3, // the second
};
struct toy_thing {
	/** @size: bytes; all of them */
	__u64 size;
	__u8 spare[3];
	unsigned int pad0;
};
#define TOY_LIMIT 12
#define TOY_MACRO(x) ((x) + 1)
#endif
`;

const mode = enumeration('toy_mode', { TOY_MODE_A: 0, TOY_MODE_B: 8 });
const fields = [
  f('size', 'u64', 0),
  array('spare', 'u8', 3, 8),
  f('colour', 'u32', 12, { since: '1.2', formerly: 'pad0' }),
] as const;

function tables(more: Partial<HeaderTables> = {}): HeaderTables {
  return {
    header: 'toy.h',
    structs: [struct('toy_thing', '', fields)],
    enums: [mode],
    ioctls: [],
    constants: [{ name: 'TOY_LIMIT', value: 12n }],
    versions: 'panthor',
    covers: { structs: /./, constants: /^TOY_/, ioctls: /^IOCTL_/ },
    ignored: /^$/,
    ...more,
  };
}

const kernel = { core: true, major: 7, minor: 2 };
const compare = (ours: HeaderTables, header = text) => comparePresence(ours, parseHeader(header), kernel);

describe('a header', () => {
  it('is read without its comments, guards and function-like macros', () => {
    const { structs, enums, macros } = parseHeader(text);
    expect([...structs.values()]).toEqual([{ name: 'toy_thing', fields: ['size', 'spare', 'pad0'] }]);
    expect(enums).toEqual([{ name: 'toy_mode', enumerators: ['TOY_MODE_A', 'TOY_MODE_B'] }]);
    expect(macros).toEqual(['TOY_LIMIT']);
  });

  it('with a declaration that is not understood is refused, lest a field be missed', () => {
    expect(() => parseHeader('struct s { int (*call)(void); };')).toThrow(
      'struct s: cannot read "int (*call)(void)"',
    );
  });
});

describe('names', () => {
  it('agree, with what is newer than the header left out', () => {
    const { failures, skipped, version } = compare(tables());
    expect(failures).toEqual([]);
    expect(skipped).toEqual(['field toy_thing.colour (1.2)']);
    expect(version).toBe('uAPI 1.0');
  });

  it.each<[string, string, string]>([
    [
      'a field',
      text.replace('__u64 size;', '__u64 size; __u64 extra;'),
      'our table has no field toy_thing.extra, toy.h has',
    ],
    [
      'an enumerator',
      text.replace('TOY_MODE_A,', 'TOY_MODE_A, TOY_MODE_C,'),
      'our table has no constant TOY_MODE_C, toy.h has',
    ],
    ['an ioctl', `${text}\n#define IOCTL_TOY 5\n`, 'our table has no ioctl IOCTL_TOY, toy.h has'],
    ['a struct', `${text}\nstruct toy_more { int a; };\n`, 'our table has no struct toy_more, toy.h has'],
  ])('that only the header has are failures: %s', (_, header, failure) => {
    expect(compare(tables(), header).failures).toEqual([failure]);
  });

  it.each<[string, string, string]>([
    ['a field', text.replace('__u64 size;', ''), 'toy.h has no field toy_thing.size, our table has'],
    ['an enumerator', text.replace('TOY_MODE_A,', ''), 'toy.h has no enumerator TOY_MODE_A, our table has'],
    [
      'a constant',
      text.replace('#define TOY_LIMIT 12', ''),
      'toy.h has no constant TOY_LIMIT, our table has',
    ],
  ])('that only our table has are failures where the header is not older: %s', (_, header, failure) => {
    expect(compare(tables(), header).failures).toEqual([failure]);
  });

  it('that are left out on purpose are neither', () => {
    expect(
      compare(tables({ ignored: /^toy_more$/ }), `${text}\nstruct toy_more { int a; };\n`).failures,
    ).toEqual([]);
  });
});

describe('the probe', () => {
  it('asks for a field under the name that the header gives it', () => {
    const source = probeSource(['toy.h'], probeRows(tables(), compare(tables())));
    expect(source).toContain('offsetof(struct toy_thing, pad0)');
    expect(source).not.toContain('colour');
    expect(source).toContain('(unsigned long long)((long long)(int)(TOY_MODE_B)), /* TOY_MODE_B */');
  });
});
