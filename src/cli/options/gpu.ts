import { type GpuProfile, gpuProfile } from '../../driver/gpu-profile.ts';
import { UsageError } from '../exit.ts';

/** The profile that `--gpu` names. @throws UsageError with everything that is wrong with it */
export function pickGpu(nameOrPath: string): GpuProfile {
  try {
    return gpuProfile(nameOrPath);
  } catch (error) {
    if (error instanceof RangeError) throw new UsageError(error.message);
    throw error;
  }
}
