import { type Command, Option } from 'commander';
import { BO_LAYOUTS, type BoLayout } from '../../driver/gem/sg.ts';
import { type CaptureOrigin, kernelFor } from '../../driver/kernels/for-capture.ts';
import { pickGpu } from './gpu.ts';
import { addKernelOptions, type KernelOptions, pickKernel } from './kernel.ts';

const DEFAULT_GPU = 'g610';
const DEFAULT_LAYOUT: BoLayout = 'contig2M';

export interface ModelCliOptions extends KernelOptions {
  gpu: string;
  boLayout: BoLayout;
}

/** The options that say what is modelled, for every command that plays a capture. */
export function addModelOptions(command: Command): Command {
  addKernelOptions(
    command,
    "the capture's, by its uname -r, else by its uAPI version",
    'PANTHOR_SHIM_KERNEL',
  );
  return command
    .addOption(
      new Option('--gpu <profile>', 'GPU profile: a name, or a JSON file')
        .default(DEFAULT_GPU)
        .env('PANTHOR_SHIM_GPU'),
    )
    .addOption(
      new Option('--bo-layout <layout>', 'how objects lie in physical memory')
        .choices([...BO_LAYOUTS])
        .default(DEFAULT_LAYOUT),
    );
}

/** The options again, as words of a command line; what is left at its default is left out. */
export function modelWords({ kernel, with: on, without: off, gpu, boLayout }: ModelCliOptions): string[] {
  return [
    ...(kernel === undefined ? [] : ['--kernel', kernel]),
    ...on.flatMap((name) => ['--with', name]),
    ...off.flatMap((name) => ['--without', name]),
    ...(gpu === DEFAULT_GPU ? [] : ['--gpu', gpu]),
    ...(boLayout === DEFAULT_LAYOUT ? [] : ['--bo-layout', boLayout]),
  ];
}

/** What a Replayer needs to know, from options and the capture's header. */
export function modelOptions(options: ModelCliOptions, header: CaptureOrigin) {
  const choice = kernelFor(header);
  return {
    kernel: pickKernel(options, choice.name),
    choice: options.kernel === undefined ? choice : null,
    gpu: pickGpu(options.gpu),
    boLayout: options.boLayout,
  };
}
