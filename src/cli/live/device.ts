import type { Command } from 'commander';
import { hex } from '../../../uapi/hex.ts';
import { DeviceFile, findDevice } from '../../device/device-file.ts';
import { type DeviceInfo, deviceInfo, profileOf } from '../../device/info.ts';
import { print, printData } from '../io/output.ts';

interface InfoOptions {
  device?: string;
  json?: true;
  profile?: true;
}

export function register(program: Command): void {
  program
    .command('device')
    .summary('ask a real device')
    .description('Talks to a device node of this machine, or to anything that answers as one.')
    .command('info')
    .description('Shows what a device says of itself: driver, uAPI, and every DEV_QUERY.')
    .option('--device <path>', 'the node (default: the first render node that panthor drives)')
    .option('--profile', 'print it as a GPU profile for --gpu')
    .option('--json', 'one JSON object')
    .action(info);
}

function info(options: InfoOptions): void {
  const file = options.device === undefined ? findDevice() : new DeviceFile(options.device);
  try {
    const found = deviceInfo(file);
    if (options.profile) printData(`${JSON.stringify(profileOf(found), null, 2)}\n`);
    else print(options.json ? `${JSON.stringify(found)}\n` : text(found));
  } finally {
    file.close();
  }
}

function text({ path, kernel_release, driver, queries }: DeviceInfo): string {
  const { name, major, minor, patchlevel, desc } = driver;
  const lines = [`${path}: ${name} ${major}.${minor}.${patchlevel} (${desc}), Linux ${kernel_release}`];
  for (const [query, answer] of Object.entries(queries)) {
    lines.push(typeof answer === 'string' ? `${query}: ${answer}` : `${query}:`);
    if (typeof answer === 'string') continue;
    const width = Math.max(...Object.keys(answer).map((field) => field.length));
    for (const [field, value] of Object.entries(answer)) {
      if (field.startsWith('pad')) continue;
      const shown = Array.isArray(value) ? value.map(shownNumber).join(' ') : shownNumber(value);
      lines.push(`  ${field.padEnd(width)}  ${shown}`);
    }
  }
  return `${lines.join('\n')}\n`;
}

function shownNumber(value: unknown): string {
  return typeof value === 'number' && value >= 10 ? hex(value) : String(value);
}
