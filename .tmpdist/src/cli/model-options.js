import { Option } from 'commander';
import { BO_LAYOUTS } from '../driver/gem/sg.js';
import { gpuProfile } from '../driver/gpu-profile.js';
import { kernelForVersion } from '../driver/kernels.js';
import { addKernelOptions, pickKernel } from './kernel-options.js';
/** The options that say what is modelled, for every command that plays a capture. */
export function addModelOptions(command) {
    addKernelOptions(command, "by the capture's driver version: 1.0 6.12, 1.8 7.2, 1.9 next, else 7.2");
    return command
        .option('--gpu <profile>', 'GPU profile: a name, or a JSON file', 'g610')
        .addOption(new Option('--bo-layout <layout>', 'how objects lie in physical memory')
        .choices([...BO_LAYOUTS])
        .default('contig2M'));
}
/** What a Replayer needs to know, from options and the capture's header. */
export function modelOptions(options, driverVersion) {
    return {
        kernel: pickKernel(options, kernelForVersion(driverVersion ?? '')),
        gpu: gpuProfile(options.gpu),
        boLayout: options.boLayout,
    };
}
//# sourceMappingURL=model-options.js.map