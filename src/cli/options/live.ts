import { readFileSync } from 'node:fs';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { kernel } from '../../driver/kernels.ts';
import { Injection } from '../../live/server/injection.ts';
import { StartError } from '../../live/start-error.ts';
import { UsageError } from '../exit.ts';
import { pickGpu } from './gpu.ts';

/** What `run` and `serve` have in common. */
export interface ModelOptions {
  gpu: string;
  kernel: string;
  with: string[];
  without: string[];
  card?: number;
  inject: string[];
}

function collect(value: string, list: string[]): string[] {
  return [...list, ...value.split(',')];
}

/** Adds a plan of faults to those before; `@FILE` is what the file says. */
export function collectPlan(value: string, list: readonly string[]): string[] {
  let plan = value;
  if (value.startsWith('@')) {
    try {
      plan = readFileSync(value.slice(1), 'utf8');
    } catch (error) {
      throw new InvalidArgumentError((error as Error).message);
    }
  }
  // One from a variable that was not set would let everything go well.
  if (plan.trim() === '') throw new InvalidArgumentError('expected a plan, found none');
  return [...list, plan];
}

function cardNumber(value: string): number {
  const card = Number(value);
  if (!/^\d+$/.test(value) || card > 63) throw new InvalidArgumentError('a number from 0 to 63');
  return card;
}

/** Adds the options that choose the model. */
export function addModelOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--gpu <profile>', 'GPU: g610, g310, or a JSON file')
        .default('g610')
        .env('PANTHOR_SHIM_GPU'),
    )
    .addOption(
      new Option('--kernel <name>', 'driver to model: 6.12, atomic-v4, 7.2 or next')
        .default('next')
        .env('PANTHOR_SHIM_KERNEL'),
    )
    .option('--with <behaviour>', 'switch a behaviour on', collect, [])
    .option('--without <behaviour>', 'switch a behaviour off', collect, [])
    .option(
      '--inject <plan>',
      'make things fail: BO_CREATE:ENOMEM@3, tables%1, reset@100, unplug@500, interrupt@1, stuck:1@2, or @FILE (docs/live.md)',
      collectPlan,
      [],
    )
    .option('--card <n>', 'show the device as card<n> and renderD<128+n>', cardNumber);
}

/** Fails early where the names mean nothing. */
export function checkModelOptions(options: ModelOptions): void {
  try {
    kernel(options.kernel, options.with, options.without);
    new Injection(options.inject.join('\n'));
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
  pickGpu(options.gpu);
}

/** Starts something of src/live; what the user can do something about is a usage error. */
export async function starting<T>(start: () => Promise<T>): Promise<T> {
  try {
    return await start();
  } catch (error) {
    throw error instanceof StartError ? new UsageError(error.message) : error;
  }
}

/** The server's side of the options. */
export function serveOptions(options: ModelOptions) {
  const { gpu, kernel, without, card } = options;
  return {
    gpu,
    kernel,
    with: options.with,
    without,
    inject: options.inject.join('\n'),
    ...(card === undefined ? {} : { card }),
  };
}
