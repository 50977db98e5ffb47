/** Which page does the MMU find at an address, and is it the one that the driver mapped there? */
import { openCapture, Replay } from 'panthor-shim';

const capture = await openCapture(
  process.argv[2] ?? new URL('captures/vulkan-sparse.jsonl.gz', import.meta.url),
);
const replay = new Replay(capture.header, { events: ['ops'] });

// Each record as it is played, with what the driver did: stop at the first one that puts an object there.
const va = 0x7ffffe810000;
for await (const { record, events } of replay.steps(capture)) {
  const maps = events.filter((one) => one.kind === 'step_map').filter((one) => one.object.startsWith('BO'));
  if (!maps.some((one) => one.va <= va && va < one.va + one.range)) continue;
  const walk = replay.walk(1, va);
  console.log(
    `record ${record.index} maps it: physical address 0x${walk.pa?.toString(16)}, ${walk.pageSize} bytes`,
  );
  console.log(
    walk.target?.agrees
      ? `BO ${walk.target.bo}, as the driver has it`
      : 'the driver has something else there',
  );
  console.log(`${walk}`.trimEnd());
  break;
}

/* Prints:
record 84 maps it: physical address 0x203410000, 4096 bytes
BO 10, as the driver has it
VM 1 of fd 7 @ 0x7ffffe810000
  AS_TRANSTAB → level 0 table at 0x80000000
  L0[255] at 0x800007f8 = 0x0000000090007003  table → 0x90007000
  L1[511] at 0x90007ff8 = 0x0000000090008003  table → 0x90008000
  L2[500] at 0x90008fa0 = 0x000000009000b003  table → 0x9000b000
  L3[ 16] at 0x9000b080 = 0x0060000203410f47  page → 0x203410000 AttrIndx=1 read-write inner-shareable no-execute
  → 0x203410000 (4 KiB leaf)
  BO 10 +0x10000
*/
