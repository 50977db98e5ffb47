/** The options that pick a kernel and switch its behaviours, shared by several commands. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { behaviourKey, KERNEL_NAMES, type Kernel, kernel } from '../driver/kernels.ts';

export interface KernelOptions {
  kernel?: string;
  with: string[];
  without: string[];
}

function behaviourName(value: string, previous: string[]): string[] {
  const names = value.split(',');
  for (const name of names) {
    try {
      behaviourKey(name);
    } catch (e) {
      throw new InvalidArgumentError((e as Error).message);
    }
  }
  return [...previous, ...names];
}

/** Adds --kernel, --with and --without; `fallback` says in the help what is modelled without --kernel. */
export function addKernelOptions(command: Command, fallback: string): Command {
  return command
    .addOption(
      new Option('--kernel <name>', `which driver is modelled (default: ${fallback})`).choices([
        ...KERNEL_NAMES,
      ]),
    )
    .addOption(
      new Option('--with <behaviour>', 'switch a behaviour on (repeatable; see panthor-shim kernels)')
        .argParser(behaviourName)
        .default([], 'none'),
    )
    .addOption(
      new Option('--without <behaviour>', 'switch a behaviour off (repeatable)')
        .argParser(behaviourName)
        .default([], 'none'),
    );
}

/** The kernel that the options ask for, or `fallback` with the same switches. */
export function pickKernel(options: KernelOptions, fallback: string): Kernel {
  return kernel(options.kernel ?? fallback, options.with, options.without);
}
