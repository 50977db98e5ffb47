import { describe, expect, it } from 'vitest';
import { DecisionTrees } from '../../../src/explore/memo/decision-tree.ts';

const values = (...list: number[]): Int32Array => Int32Array.from(list);

describe('decision trees over places', () => {
  it('find what was put in for all states that are alike where they were looked at', () => {
    const trees = new DecisionTrees();
    const root = trees.newRoot();
    expect(trees.find(root, values(1, 2, 3))).toBe(-1);
    trees.add(root, [0, 2], values(1, 2, 3), 7);
    expect(trees.find(root, values(1, 9, 3))).toBe(7);
    expect(trees.find(root, values(1, 9, 4))).toBe(-1);
    expect(trees.find(root, values(2, 2, 3))).toBe(-1);
    // Which place comes second depends on what the first one holds.
    trees.add(root, [0, 1], values(5, 6, 7), 8);
    trees.add(root, [0, 2], values(1, 2, 4), 9);
    expect(trees.find(root, values(5, 6, 0))).toBe(8);
    expect(trees.find(root, values(1, 6, 4))).toBe(9);
    expect(trees.find(root, values(1, 6, 3))).toBe(7);
  });

  it('may know without looking', () => {
    const trees = new DecisionTrees();
    const [one, other] = [trees.newRoot(), trees.newRoot()];
    trees.add(one, [], values(), 3);
    expect(trees.find(one, values(4))).toBe(3);
    expect(trees.find(other, values(4))).toBe(-1);
  });

  it('refuse what looks at other places for the same reasons: a read was missed', () => {
    const trees = new DecisionTrees();
    const root = trees.newRoot();
    trees.add(root, [0, 1], values(1, 2), 0);
    const missed = 'the explorer has missed a read';
    expect(() => trees.add(root, [1, 0], values(1, 2), 1)).toThrow(missed);
    expect(() => trees.add(root, [0, 2], values(1, 2, 3), 1)).toThrow(missed);
    expect(() => trees.add(root, [0], values(1, 2), 1)).toThrow(missed);
    expect(() => trees.add(root, [0, 1, 2], values(1, 2, 3), 1)).toThrow(missed);
    expect(() => trees.add(root, [0, 1], values(1, 2), 1)).toThrow(missed);
  });

  it('grow', () => {
    const trees = new DecisionTrees();
    const roots = Array.from({ length: 10_000 }, () => trees.newRoot());
    for (const root of roots) trees.add(root, [0, 1], values(root % 7, root), root);
    expect(trees.size).toBe(20_000);
    for (const root of roots) expect(trees.find(root, values(root % 7, root))).toBe(root);
  });
});
