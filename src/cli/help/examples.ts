/** An example for the help of each command that brings none of its own. */
import type { Command } from 'commander';

const EXAMPLES: Readonly<Record<string, readonly string[]>> = {
  replay: ['panthor-shim replay capture.jsonl.gz --kernel 7.2 --trace ops'],
  vm: [
    'panthor-shim vm capture.jsonl.gz --at 109',
    'panthor-shim vm capture.jsonl.gz --at 109 --walk 1@0x7ffffe810000',
  ],
  info: ['panthor-shim info capture.jsonl.gz'],
  convert: [
    'panthor-shim convert capture.jsonl.gz capture.ptcap',
    'panthor-shim convert by-hand.calls capture.jsonl',
  ],
  decode: [
    'panthor-shim decode --ioctl VM_CREATE 00000000000000000000000000000000',
    'panthor-shim decode --reg AS_FAULTSTATUS 0x210002c1',
  ],
  encode: [`echo '{"ioctl":"VM_DESTROY","value":{"id":1}}' | panthor-shim encode`],
  layout: ['panthor-shim layout vm_bind_op'],
  kernels: ['panthor-shim kernels', 'panthor-shim kernels 7.1 7.2'],
  gpu: ['panthor-shim gpu --template > mine.json'],
  run: ['panthor-shim run --record run.jsonl.gz -- vulkaninfo --summary'],
  serve: ['panthor-shim serve'],
  record: ['panthor-shim record -o capture.jsonl.gz -- vkcube --c 60'],
  conform: ['panthor-shim conform vectors/*.jsonl.gz --kernel 7.2'],
  explore: [
    'panthor-shim explore rebind-while-accessing --kernel 6.12',
    'panthor-shim explore --replay TOKEN',
  ],
  tree: ['panthor-shim tree build ~/linux'],
  review: ['panthor-shim review ~/linux'],
  worker: ['panthor-shim worker --queue redis://queue.example --jobs 4'],
  device: ['panthor-shim device info --profile > board.json'],
};

/** Adds them to the commands that are loaded. */
export function addExamples(commands: readonly Command[]): void {
  for (const command of commands) {
    const lines = EXAMPLES[command.name()];
    if (lines === undefined) continue;
    const title = lines.length === 1 ? 'Example' : 'Examples';
    command.addHelpText('after', `\n${title}:\n${lines.map((line) => `  ${line}`).join('\n')}\n`);
  }
}
