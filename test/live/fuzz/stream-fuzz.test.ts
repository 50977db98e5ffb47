import { expect, test } from 'vitest';
import { Rng } from '../../../src/explore/search/rng.ts';
import { INSTRUCTION_TABLE, type InstructionSpec } from '../../../src/hw/command-stream/instruction-table.ts';
import { BO_BYTES, type Code, READ_ONLY_VA, StreamClient, VA } from './stream-client.ts';

/** Any 64 bits. */
function noise(rng: Rng): Code {
  return (
    (BigInt(rng.below(2 ** 31)) << 33n) ^ (BigInt(rng.below(2 ** 31)) << 20n) ^ BigInt(rng.below(2 ** 20))
  );
}

/** Now and then. */
const rarely = (rng: Rng): boolean => rng.below(60) === 0;

/**
 * An instruction that exists, with operands that mostly do: registers 0 to 19 hold addresses (see prologue()) and are
 * seldom written, 20 to 39 hold whatever comes.
 */
function instruction(rng: Rng): Code {
  const spec = INSTRUCTION_TABLE[rng.below(INSTRUCTION_TABLE.length)] as InstructionSpec;
  if (spec.name === 'PROT_REGION' && !rarely(rng)) return ['NOP'];
  const fields: Record<string, number> = {};
  for (const { name, bits, kind, names } of spec.fields) {
    const other = rarely(rng) ? 0 : 20;
    if (kind === 'reg') fields[name] = other + rng.below(20);
    else if (kind === 'pair') fields[name] = (name === 'address' ? 0 : other) + 2 * rng.below(10);
    else if (kind === 'enum')
      fields[name] = rng.below(name === 'condition' && bits === 4 ? 2 : (names?.length ?? 1));
    else if (kind === 'int') fields[name] = spec.name === 'BRANCH' ? rng.below(9) - 4 : 8 * rng.below(8) - 32;
    else fields[name] = rng.below(Math.min(2 ** bits, 32));
  }
  if (fields.operation === 2) fields.operation = 3;
  if (spec.name === 'PROGRESS_WAIT') fields.queue = rng.below(3);
  // Jumps are to streams, and of a length that is one.
  if (fields.length !== undefined) fields.length = 40 + rng.below(4);
  return [spec.name, fields];
}

function prologue(rng: Rng, interesting: readonly number[]): Code[] {
  const addresses = [...Array(10).keys()].map((i): Code => {
    const at = interesting[rng.below(interesting.length)];
    return ['MOV48', { dst: 2 * i, imm: rarely(rng) ? rng.below(5) : at + 64 + 16 * rng.below(32) }];
  });
  const lengths = [0, 8, 64, 4096].map((imm, i): Code => ['MOV32', { dst: 40 + i, imm }]);
  return [...addresses, ...lengths, ['MOV48', { dst: 0, imm: VA }], ['HEAP_SET', { address: 0 }]];
}

test.each([1, 2, 3, 4, 5, 6, 7, 8])(
  'streams of anything neither crash nor hang, and every job ends (seed %i)',
  (seed) => {
    const rng = new Rng(seed);
    const c = new StreamClient({ kernel: seed % 2 === 0 ? '7.2' : '6.12', budget: 64 });
    const { gem } = c.drv.device;
    const live = gem.live;
    for (let round = 0; round < 40; round++) {
      const { handle, group } = c.group(3);
      const rings = group.queues.map(({ ringbuf }) => ringbuf.va);
      const interesting = [
        VA,
        VA + BO_BYTES / 2,
        READ_ONLY_VA,
        VA + BO_BYTES - 64,
        group.syncobjs.va,
        ...rings,
      ];
      // Streams of earlier rounds are overwritten: at times by the GPU itself, while they run.
      c.restart();
      const fences = [];
      for (let job = 0; job < 6; job++) {
        const length = 1 + rng.below(40);
        const wild = rng.below(4) === 0;
        const code = prologue(rng, interesting);
        for (let i = 0; i < length; i++)
          code.push(wild && rng.below(8) === 0 ? noise(rng) : instruction(rng));
        if (c.submit(handle, code, { queue: job % 3 }) === 0) fences.push(c.file.syncobjs.get(1)?.fence);
      }
      c.pass(1e6);
      for (let at = 0; at < BO_BYTES / 2; at += 4)
        if (rng.below(512) === 0) c.view.setUint32(at, rng.below(4), true);
      c.pass(6e9);
      if (rng.below(2) === 0) c.groupState(handle);
      expect(fences.length).toBeGreaterThan(0);
      for (const fence of fences) expect(fence?.signaled).toBe(true);
      expect(c.call('GROUP_DESTROY', { group_handle: handle })).toBe(0);
      expect(gem.live).toBe(live);
    }
    expect(c.drv.sched.nextTimeoutNs).toBe(Number.POSITIVE_INFINITY);
    expect([...c.drv.device.warnings.keys()]).toEqual([]);
    const { fatal, instructions } = c.runner.stats;
    expect(fatal).toBeGreaterThan(5);
    expect(instructions).toBeGreaterThan(5000);
    c.close();
    expect(gem.live).toBe(0);
  },
);
