import { compare, type ScenarioResult } from '../../device/compare.ts';
import { DeviceFile } from '../../device/device-file.ts';
import { DeviceSide } from '../../device/device-side.ts';
import { type DeviceInfo, deviceInfo, profileOf } from '../../device/info.ts';
import { ModelSide } from '../../device/model-side.ts';
import { Player } from '../../device/player.ts';
import type { Scenario } from '../../device/scenario.ts';
import { fileScenarios, shippedScenarios } from '../../device/suite.ts';
import { type GpuProfile, parseGpuProfile } from '../../driver/gpu-profile.ts';
import { type KernelChoice, kernelFor } from '../../driver/kernels/for-capture.ts';
import { EXIT_FOUND, InputError, UsageError } from '../exit.ts';
import { print } from '../io/output.ts';
import { type KernelOptions, pickKernel } from '../options/kernel.ts';

interface DeviceOptions extends KernelOptions {
  device: string;
  filter?: string;
  json?: true;
}

/** The kernel that a device says it is, and how that is known. */
export function kernelOfDevice({ driver, kernel_release }: DeviceInfo): KernelChoice {
  const driver_version = `${driver.major}.${driver.minor}.${driver.patchlevel}`;
  const choice = kernelFor({ kernel_release, driver_version });
  // A release that does not go with what the driver says is another driver's: the machine that emulates it.
  const { uapi } = pickKernel({ with: [], without: [] }, choice.name);
  return uapi.minor === driver.minor ? choice : kernelFor({ driver_version });
}

/** `conform --device`: scenarios on a device and on the model, and where they part. */
export async function conformDevice(files: readonly string[], options: DeviceOptions): Promise<void> {
  const file = new DeviceFile(options.device);
  let info: DeviceInfo;
  try {
    info = deviceInfo(file);
  } finally {
    file.close();
  }
  const kernel = pickKernel(options, kernelOfDevice(info).name);
  const gpu = gpuOf(info);
  const { scenarios, left } = await wanted(files, options);
  const device = new Player(new DeviceSide(options.device));
  const model = new Player(new ModelSide({ kernel, gpu }));
  const results: ScenarioResult[] = [];
  for (const scenario of scenarios) {
    const result = compare(scenario, device, model);
    results.push(result);
    if (!options.json && result.difference !== null) print(differenceText(result));
  }
  const failed = results.filter(({ difference }) => difference !== null).length;
  const { driver, kernel_release } = info;
  if (options.json) {
    const head = { device: options.device, kernel_release, driver, model: kernel.name, gpu: gpu.name };
    const counts = { scenarios: results.length, passed: results.length - failed, failed, left };
    print(`${JSON.stringify({ ...head, ...counts, results })}\n`);
  } else {
    const steps = results.reduce((sum, one) => sum + one.steps, 0);
    const name = `${driver.name} ${driver.major}.${driver.minor}.${driver.patchlevel}, Linux ${kernel_release}`;
    const not = left === 0 ? '' : `; ${left} streams are not for user space and were left out`;
    print(`${options.device}: ${name}\nmodel: ${kernel.name} (${kernel.release})\n`);
    print(
      `${results.length} scenarios, ${steps} steps: ${results.length - failed} agree, ${failed} differ${not}\n`,
    );
  }
  if (failed > 0) process.exitCode = EXIT_FOUND;
}

/** The model's GPU is the device's. @throws InputError where what the device says of itself cannot be */
export function gpuOf(info: DeviceInfo): GpuProfile {
  try {
    return parseGpuProfile(info.path, profileOf(info));
  } catch (error) {
    throw error instanceof RangeError ? new InputError(error.message) : error;
  }
}

async function wanted(
  files: readonly string[],
  { filter = '' }: DeviceOptions,
): Promise<{ scenarios: Scenario[]; left: number }> {
  const all = { scenarios: files.length === 0 ? shippedScenarios() : [], left: 0 };
  for (const path of files) {
    const { scenarios, left } = await fileScenarios(path, filter);
    all.scenarios.push(...scenarios);
    all.left += left;
  }
  const scenarios = all.scenarios.filter(({ name }) => name.includes(filter));
  if (scenarios.length === 0)
    throw new UsageError(
      all.left > 0
        ? `none of ${all.left} streams can be expressed by user space`
        : `--filter ${filter}: no scenario has that in its name`,
    );
  return { scenarios, left: all.left };
}

function differenceText({ name, about, source, difference }: ScenarioResult): string {
  if (difference === null) return '';
  const { step, what, field, device, model } = difference;
  const lines = [
    `${name} (${source}): ${about}`,
    `  step ${step}, ${what}: ${field}`,
    `    device ${JSON.stringify(device)}`,
    `    model  ${JSON.stringify(model)}`,
  ];
  return `${lines.join('\n')}\n\n`;
}
