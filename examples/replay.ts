/** Plays a capture on the driver model, up to record 109, and prints the client's VMs as they are then. */
import { openCapture, Replay } from 'panthor-shim';

const capture = await openCapture(
  process.argv[2] ?? new URL('captures/vulkan-sparse.jsonl.gz', import.meta.url),
);
const replay = new Replay(capture.header, { kernel: '7.2' });
await replay.run(capture, { until: 109 });

for (const vm of replay.vms()) {
  console.log(`VM ${vm.id}: ${vm.vmas.length} mappings, ${vm.pages2m} × 2 MiB and ${vm.pages4k} × 4 KiB`);
  for (const { va, size, bo, boOffset, flags } of vm.vmas.slice(0, 5)) {
    const what = bo === null ? 'sparse' : `BO ${bo} +0x${boOffset.toString(16)}`;
    console.log(`  0x${va.toString(16)} ${size / 1024} KiB ${what} ${flags.join(' ')}`.trimEnd());
  }
}
const { kernel, records, counts } = replay.summary();
console.log(`${records} records on ${kernel}: ${counts.divergences} divergences`);

/* Prints:
VM 1: 98 mappings, 9 × 2 MiB and 2715 × 4 KiB
  0xff400000 10240 KiB BO 8 +0x0 NOEXEC
  0xffe00000 512 KiB BO 7 +0x0 NOEXEC
  0xffe80000 512 KiB BO 7 +0x0 NOEXEC
  0xfffdc000 16 KiB BO 6 +0x0 NOEXEC
  0xfffe0000 68 KiB BO 5 +0x0 NOEXEC
110 records on 7.2: 0 divergences
*/
