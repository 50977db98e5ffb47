import { readFileSync } from 'node:fs';

/** Descriptors that the process needs for itself. */
const OWN_DESCRIPTORS = 128;

/** How many descriptors of this process clients may fill: RLIMIT_NOFILE without its own, or half where those are many. */
export function descriptorsForClients(): number {
  const found = /^Max open files +(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'));
  const all = found === null ? 1024 : Number(found[1]);
  return Math.max(all - OWN_DESCRIPTORS, Math.floor(all / 2));
}
