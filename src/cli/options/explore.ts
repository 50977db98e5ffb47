/** What explore's options may say. Each parser throws InvalidArgumentError, which commander reports. */
import { InvalidArgumentError } from 'commander';
import type { Budget } from '../../explore/search/search.ts';

/** "seconds=10,states=1000000,memory=2G" */
export function parseBudget(text: string, previous: Budget): Budget {
  const budget = { ...previous };
  for (const part of text.split(',')) {
    const match = /^(states|seconds|memory)=(\d+(?:\.\d+)?)([KMG]?)$/.exec(part);
    if (!match)
      throw new InvalidArgumentError('expected states=N, seconds=N or memory=N, K, M and G allowed');
    const unit = { '': 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30 }[match[3]] as number;
    budget[match[1] as keyof Budget] = Number(match[2]) * unit;
  }
  return budget;
}

/** A number of 32 bits. */
export function parseSeed(text: string): number {
  const seed = Number(text);
  if (!/^\d+$/.test(text) || seed >= 2 ** 32) throw new InvalidArgumentError('expected a number of 32 bits');
  return seed;
}

/** 1 to 256 threads, commands or jobs at a time. */
export function parseJobs(text: string): number {
  const jobs = Number(text);
  if (!/^\d+$/.test(text) || jobs < 1 || jobs > 256) throw new InvalidArgumentError('expected 1 to 256');
  return jobs;
}

/** "i/n", 1/n the first of n parts. */
export function parseShard(text: string): { index: number; count: number } {
  const match = /^(\d+)\/(\d+)$/.exec(text);
  const [index, count] = match ? [Number(match[1]), Number(match[2])] : [0, 0];
  if (index < 1 || index > count || count > 4096)
    throw new InvalidArgumentError('expected i/n, 1/n being the first');
  return { index, count };
}

/** An empty text is in every message: it would accept them all. */
export function texts(text: string, previous: string[]): string[] {
  if (text === '') throw new InvalidArgumentError('expected a part of a message');
  return [...previous, text];
}

/** Names with commas between them, added to those of earlier options. */
export const names = (text: string, previous: string[]): string[] => [...previous, ...text.split(',')];
