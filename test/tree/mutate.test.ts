import { describe, expect, it } from 'vitest';
import { bodyOf, withoutCalls } from '../../src/tree/mutate.ts';

const TEXT = `int helper(struct a *a);

/* outer( in a comment */
static int outer(struct a *a,
		 u64 size)
{
	int ret;

	lock(&a->one);
	lock(&a->two);	/* lock(&a->three); */
	print("lock(%d);", 1);
	ret = helper(a);
	if (helper(a))
		lock(&a->one);
	return ret;
}

int other(void)
{
	lock(&b);
	return 0;
}
`;

describe('bodyOf', () => {
  it('is the definition, not the declaration or a comment', () => {
    const body = bodyOf(TEXT, 'outer');
    expect(TEXT.slice(body?.from, body?.to)).toMatch(/^\{\n\tint ret;[\s\S]*return ret;\n\}$/);
    expect(bodyOf(TEXT, 'helper')).toBeNull();
    expect(bodyOf(TEXT, 'absent')).toBeNull();
  });
});

describe('withoutCalls', () => {
  it('leaves out statements in that function alone, and nothing in comments and strings', () => {
    const text = withoutCalls(TEXT, 'lock', 'outer');
    expect(text).not.toMatch(/^\tlock\(&a/m);
    expect(text).toContain('/* lock(&a->three); */');
    expect(text).toContain('print("lock(%d);", 1)');
    expect(text).toContain('if (helper(a))\n\t\t;');
    expect(text).toContain('lock(&b);');
  });

  it('picks calls by an argument', () => {
    const text = withoutCalls(TEXT, 'lock', 'outer', 'two');
    expect(text).toContain('lock(&a->one);');
    expect(text).not.toMatch(/^\tlock\(&a->two\)/m);
  });

  it('takes a call whose result is used to have succeeded', () => {
    expect(withoutCalls(TEXT, 'helper', 'outer')).toContain('ret = 0;\n\tif (0)\n');
  });

  it('says what is not there', () => {
    expect(() => withoutCalls(TEXT, 'lock', 'absent')).toThrow('there is no function absent');
    expect(() => withoutCalls(TEXT, 'absent', 'outer')).toThrow('outer does not call absent');
    expect(() => withoutCalls(TEXT, 'lock', 'outer', 'four')).toThrow("with 'four' in its arguments");
  });
});
