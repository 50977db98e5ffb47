/** The options that pick a kernel and switch its behaviours, shared by several commands. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { behaviourKey, type Kernel, kernel } from '../../driver/kernels.ts';

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

function kernelName(value: string): string {
  try {
    kernel(value);
  } catch (e) {
    throw new InvalidArgumentError((e as Error).message);
  }
  return value;
}

/** An option whose value is a kernel: a release ("6.12.107"), a branch ("7.2"), atomic-v4, or next for the newest. */
export function kernelOption(flags: string, description: string): Option {
  return new Option(flags, description).argParser(kernelName);
}

/** An option whose value is one or more names of behaviours; it may be given again. */
export function behaviourOption(flags: string, description: string): Option {
  return new Option(flags, description).argParser(behaviourName).default([], 'none');
}

/**
 * Adds --kernel, --with and --without; `fallback` says in the help what is modelled without --kernel, `variable` is one of the
 * environment that names the kernel.
 */
export function addKernelOptions(command: Command, fallback: string, variable?: string): Command {
  const which = kernelOption(
    '--kernel <name>',
    `which driver is modelled: a release such as 6.12.107 or 7.2, atomic-v4, next (default: ${fallback})`,
  );
  if (variable !== undefined) which.env(variable);
  return command
    .addOption(which)
    .addOption(
      behaviourOption('--with <behaviour>', 'switch a behaviour on (repeatable; see panthor-shim kernels)'),
    )
    .addOption(behaviourOption('--without <behaviour>', 'switch a behaviour off (repeatable)'));
}

/** The kernel that the options ask for, or `fallback` with the same switches. */
export function pickKernel(options: KernelOptions, fallback: string): Kernel {
  return kernel(options.kernel ?? fallback, options.with, options.without);
}
