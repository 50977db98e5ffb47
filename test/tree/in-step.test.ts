// A stream on two drivers, step by step: src/tree/vectors/in-step.ts. Two models stand for tree and model here, one of which is
// given one operation that the other is not.
import { describe, expect, it } from 'vitest';
import { ModelRunner } from '../../src/conform/model.ts';
import type { Fields, StreamOp } from '../../src/conform/op-fields.ts';
import { kernel } from '../../src/driver/kernels.ts';
import { differenceInStep } from '../../src/tree/vectors/in-step.ts';

const MIB = 1 << 20;
const BLOCKS = 16;
const FIRST = 0x10000000;

/** A VM of so many tables that what is mapped is not looked at after each operation, and rebinds of pages in it. */
function stream(rebinds: number): StreamOp[] {
  const hex = (n: number): string => `0x${n.toString(16)}`;
  const bind = (va: number, size: number, offset: number): StreamOp => {
    return {
      op: 'bind',
      vm: 1,
      flags: 0,
      bo: 1,
      bo_off: hex(offset),
      va: hex(va),
      size: hex(size),
      nsync: 0,
      async: 0,
    };
  };
  const size = hex(2 * MIB * BLOCKS);
  return [
    { op: 'init', as_present: '0xff' },
    { op: 'vm_create' },
    { op: 'bo_create', size, layout: 'contig4k', seed: 1 },
    bind(FIRST, 2 * MIB * BLOCKS, 0),
    ...Array.from({ length: rebinds }, (_, i) =>
      bind(FIRST + 4096 * (2 * i + 1), 4096, 4096 * ((7 * i) % 512)),
    ),
  ];
}

/** A model that does something else at the operation with that index; counts the looks at what is mapped. */
class Other extends ModelRunner {
  looked = 0;
  #index = 0;
  readonly #wrongAt: number;
  readonly #wrong: Wrong;

  constructor(wrongAt: number, wrong: Wrong) {
    super(kernel('7.2'));
    this.#wrongAt = wrongAt;
    this.#wrong = wrong;
  }

  override step(op: StreamOp): Fields {
    const isWrong = this.#index++ === this.#wrongAt;
    if (isWrong && this.#wrong === 'mapping') this.#changeFirstMapping();
    const out = super.step(isWrong && this.#wrong === 'result' ? { ...op, size: '0x1001' } : op);
    if (out.d !== undefined) this.looked++;
    return out;
  }

  /** Before the operation, so that a look after it sees it already; nothing else of the outcome tells it. */
  #changeFirstMapping(): void {
    const { vmas } = this.device.mmu.vms[0];
    vmas.boOffset[vmas.ids()[0]] += 4096;
  }
}

type Wrong = 'mapping' | 'result';

function first(ops: StreamOp[], wrongAt: number, wrong: Wrong) {
  const made: Other[] = [];
  const difference = differenceInStep(() => {
    const theirs = new Other(wrongAt, wrong);
    made.push(theirs);
    return { ours: new ModelRunner(kernel('7.2')), theirs };
  }, ops);
  return { difference, looked: made.map((one) => one.looked) };
}

describe('a stream on two drivers, step by step', () => {
  const ops = stream(200);

  it('does not look at all of a large VM after each operation, and looks after the last', () => {
    const { difference, looked } = first(ops, -1, 'mapping');
    expect(difference).toBeNull();
    expect(looked).toHaveLength(1);
    expect(looked[0]).toBeGreaterThan(10);
    expect(looked[0]).toBeLessThan(80);
    const last = first(ops, ops.length - 1, 'mapping');
    expect(last.difference?.index).toBe(ops.length - 1);
  });

  it('names the first operation that leaves other mappings, whichever it is', () => {
    for (let index = 5; index < 40; index++) {
      const { difference } = first(ops, index, 'mapping');
      expect([index, difference?.index, difference?.fields.map(({ field }) => field)]).toEqual([
        index,
        index,
        ['d'],
      ]);
    }
  });

  it('sees another result at once', () => {
    const { difference } = first(ops, 30, 'result');
    expect(difference?.index).toBe(30);
    expect(difference?.fields.map(({ field }) => field)).toContain('r');
  });

  it('looks after each operation where a VM is small', () => {
    const small = stream(200).map((op) => ({ ...op }));
    for (const op of small) if (op.op === 'bind') op.size = '0x1000';
    const { difference, looked } = first(small, -1, 'mapping');
    expect(difference).toBeNull();
    expect(looked).toEqual([small.filter((op) => op.op === 'bind').length]);
  });
});
