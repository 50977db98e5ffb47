/** The options that pick a kernel and switch its behaviours, shared by several commands. */
import { InvalidArgumentError, Option } from 'commander';
import { behaviourKey, KERNEL_NAMES, kernel } from '../driver/kernels.js';
function behaviourName(value, previous) {
    const names = value.split(',');
    for (const name of names) {
        try {
            behaviourKey(name);
        }
        catch (e) {
            throw new InvalidArgumentError(e.message);
        }
    }
    return [...previous, ...names];
}
/** An option whose value is a kernel's name. */
export function kernelOption(flags, description) {
    return new Option(flags, description).choices([...KERNEL_NAMES]);
}
/** An option whose value is one or more names of behaviours; it may be given again. */
export function behaviourOption(flags, description) {
    return new Option(flags, description).argParser(behaviourName).default([], 'none');
}
/** Adds --kernel, --with and --without; `fallback` says in the help what is modelled without --kernel. */
export function addKernelOptions(command, fallback) {
    return command
        .addOption(kernelOption('--kernel <name>', `which driver is modelled (default: ${fallback})`))
        .addOption(behaviourOption('--with <behaviour>', 'switch a behaviour on (repeatable; see panthor-shim kernels)'))
        .addOption(behaviourOption('--without <behaviour>', 'switch a behaviour off (repeatable)'));
}
/** The kernel that the options ask for, or `fallback` with the same switches. */
export function pickKernel(options, fallback) {
    return kernel(options.kernel ?? fallback, options.with, options.without);
}
//# sourceMappingURL=kernel-options.js.map