import { expect, test } from 'vitest';
import type { PanthorVm } from '../../src/driver/mmu/vm.ts';
import { VmSpec } from '../../src/explore/model/checks/reference.ts';
import { now, SETUP } from '../../src/explore/state/objects.ts';

const VA = 0x10000000;
const OP = { va: VA, size: 4096 };

/** A VM whose object at `pa` is mapped; `begin` puts another one over it, `end` ends that operation. */
function mapped(
  resultsFollow: boolean,
  pa: number,
): { spec: VmSpec; begin: (pa: number) => void; end: () => void } {
  const op = (at: number) => ({
    va: VA,
    range: 4096,
    flags: 0,
    boOffset: 0,
    bo: { serial: at, sgt: { pa: [at] } },
  });
  const vm: { freed: boolean; unusable: boolean; opCtx: unknown } = {
    freed: false,
    unusable: false,
    opCtx: null,
  };
  const spec = new VmSpec(vm as PanthorVm, resultsFollow);
  const follow = (ctx: unknown): void => {
    vm.opCtx = ctx;
    spec.observe();
  };
  follow(op(pa));
  follow(null);
  spec.returned([OP], 0);
  return { spec, begin: (at) => follow(op(at)), end: () => follow(null) };
}

test('until a call returns, what was mapped before its operation may be seen, since it may have failed', () => {
  const { spec, begin, end } = mapped(true, 0x1000);
  begin(0x2000);
  end();
  expect([spec.before(VA), spec.ifFailed(VA)]).toEqual([0x2000, 0x1000]);
  spec.returned([OP], 0);
  expect([spec.before(VA), spec.ifFailed(VA)]).toEqual([0x2000, 0x2000]);
  begin(0x3000);
  end();
  spec.returned([OP], -12);
  expect([spec.before(VA), spec.ifFailed(VA)]).toEqual([0x2000, 0x2000]);
});

test('where a queue makes the operations nothing tells of results, and what has ended is done', () => {
  const { spec, begin, end } = mapped(false, 0x1000);
  begin(0x2000);
  end();
  expect(spec.ifFailed(VA)).toBe(0x2000);
});

/** What thread `thread` does. */
function as(thread: number, action: () => void): void {
  now.owner = thread + 1;
  action();
  now.owner = SETUP;
}

test("a call that fails says nothing of another thread's operation, be it on the same range", () => {
  const { spec, begin, end } = mapped(true, 0x1000);
  as(0, () => begin(0x2000));
  as(0, end);
  as(1, () => spec.returned([OP], -22));
  expect([spec.before(VA), spec.ifFailed(VA)]).toEqual([0x2000, 0x1000]);
  as(0, () => spec.returned([OP], 0));
  expect([spec.before(VA), spec.ifFailed(VA)]).toEqual([0x2000, 0x2000]);
});

test('of several operations of a call only the one that failed is as if it had not been, where it had begun', () => {
  const { spec, begin, end } = mapped(true, 0x1000);
  begin(0x2000);
  end();
  spec.returned([OP, { va: VA, size: 8192 }], -22, 1);
  expect(spec.before(VA)).toBe(0x2000);
  begin(0x3000);
  end();
  begin(0x4000);
  end();
  spec.returned([OP, OP], -12, 1);
  expect([spec.before(VA), spec.unknown]).toEqual([0x3000, false]);
});

test('an operation is known by its range: of those before it some may not have been seen', () => {
  const { spec, begin, end } = mapped(true, 0x1000);
  begin(0x2000);
  end();
  spec.returned([{ va: 0, size: 4096 }, OP], -12, 1);
  expect([spec.before(VA), spec.unknown]).toEqual([0x1000, false]);
});

test('what a thread has done before its bind begins is not undone by it', () => {
  const { spec, begin, end } = mapped(true, 0x1000);
  begin(0x2000);
  end();
  spec.begins();
  spec.returned([OP], -22);
  expect([spec.before(VA), spec.ifFailed(VA), spec.unknown]).toEqual([0x2000, 0x2000, false]);
});
