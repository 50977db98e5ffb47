import { describe, expect, it } from 'vitest';
import type { Difference, Review } from '../../src/review/difference.ts';
import { reviewJson, reviewJunit, reviewMarkdown, reviewText } from '../../src/review/report.ts';
import { expectValid } from '../cli/schema.ts';

const stream = (what: string, alike: string): Difference => ({
  kind: 'commands',
  what,
  alike,
  base: 'W a|b',
  tree: 'nothing',
  command: `conform --filter ${what}`,
});

const REVIEW: Review = {
  base: 'Linux 7.2',
  tree: 'Linux <mine>',
  scenarios: 2,
  forTheModelAlone: ['create-and-close'],
  streams: 3,
  operations: 40,
  differences: [
    { kind: 'verdict', what: 'rebind', base: 'holds', tree: 'violated: atomic', command: 'explore rebind' },
    stream('one', 'bind t'),
    stream('two', 'bind t'),
    stream('three', 'active t'),
  ],
  open: [{ what: 'lock-times-out', why: 'the budget did not suffice', command: 'explore lock-times-out' }],
  seconds: 12.3,
};
const SAME: Review = { ...REVIEW, differences: [], open: [], forTheModelAlone: [] };

describe('a review', () => {
  it('is text with one row for what is alike, each with the command that shows it', () => {
    const text = reviewText(REVIEW);
    expect(text).toContain(
      'Linux <mine> against Linux 7.2: 3 differences; 2 scenarios, 3 streams (40 operations)',
    );
    expect(text).toContain('verdict: rebind\n  base  holds\n  tree  violated: atomic\n  explore rebind\n');
    expect(text).toContain('commands: one, and 1 like it\n');
    expect(text).not.toContain('two');
    expect(text).toContain('commands: three\n');
    expect(text).toContain('lock-times-out: the budget did not suffice\n    explore lock-times-out');
    expect(text).toContain('1 scenario is for the model alone: create-and-close');
  });

  it('is one line where nothing differs', () => {
    expect(reviewText(SAME).trim().split('\n')).toHaveLength(1);
    expect(reviewMarkdown(SAME).trim().split('\n')).toHaveLength(1);
  });

  it('is a Markdown table whose cells no text of a tree breaks', () => {
    const rows = reviewMarkdown(REVIEW)
      .split('\n')
      .filter((line) => line.startsWith('|'));
    expect(rows).toHaveLength(5);
    expect(rows[3]).toBe('| commands | one, and 1 like it | W a\\|b | nothing |');
  });

  it('is JUnit XML: a failure for each difference, and what is open is skipped', () => {
    const xml = reviewJunit(REVIEW);
    expect(xml).toContain('<testsuites tests="5" failures="3" skipped="1">');
    expect(xml.match(/<failure /g)).toHaveLength(3);
    expect(xml).not.toContain('<mine>');
    expect(reviewJunit(SAME)).toContain('tests="1" failures="0"');
  });

  it('is JSON as its schema says, with how many operations a row stands for', () => {
    const json = reviewJson(REVIEW) as { differences: { count: number }[] };
    expectValid('review', json);
    expect(json.differences.map(({ count }) => count)).toEqual([1, 2, 1]);
  });
});
