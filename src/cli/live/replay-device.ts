import { errnoName } from '../../../uapi/errno.ts';
import { ioctlName } from '../../../uapi/lookup.ts';
import { visible } from '../../../uapi/visible.ts';
import type { CaptureReader } from '../../capture/reader.ts';
import type { CaptureHeader, CaptureRecord } from '../../capture/record.ts';
import { CapturePlay } from '../../device/capture-play.ts';
import { DeviceFile } from '../../device/device-file.ts';
import { DeviceSide } from '../../device/device-side.ts';
import { deviceInfo } from '../../device/info.ts';
import { CaptureFile } from '../../live/record/capture-file.ts';
import { Replayer } from '../../replay/replayer.ts';
import { type Finding, FindingList } from '../../replay/tally.ts';
import { EXIT_FOUND, note } from '../exit.ts';
import { print } from '../io/output.ts';
import { readThrough } from '../io/read.ts';
import { type KernelOptions, pickKernel } from '../options/kernel.ts';
import { gpuOf, kernelOfDevice } from './conform-device.ts';

interface Options extends KernelOptions {
  device: string;
  /** Where the device's answers go, as a capture. */
  output?: string;
  json?: true;
}

/** Findings that are listed; the others are counted. */
const SHOWN = 20;

/** `replay --device`: a capture's calls on a device, whose answers the model is held against. */
export async function replayOnDevice(capture: CaptureReader, options: Options): Promise<void> {
  const file = new DeviceFile(options.device);
  const info = deviceInfo(file);
  file.close();
  const { driver, kernel_release } = info;
  const driver_version = `${driver.major}.${driver.minor}.${driver.patchlevel}`;
  const header: CaptureHeader = { ...capture.header, replies: 'kernel', driver_version, kernel_release };
  const kernel = pickKernel(options, kernelOfDevice(info).name);
  const replayer = new Replayer(header, { kernel, gpu: gpuOf(info), check: true });
  const play = new CapturePlay(new DeviceSide(options.device));
  const out = options.output === undefined ? null : new CaptureFile(options.output, header, note);
  const left = new FindingList<Finding>();
  const recording = new FindingList<Finding>();
  // What a stand-in answered says nothing of a device.
  const isStandIn = capture.header.replies === 'stand-in';
  let played = 0;
  await readThrough(
    capture,
    (record) => {
      const answered = play.step(record);
      if (typeof answered === 'string') {
        left.add({ index: record.index, what: answered });
        return true;
      }
      played++;
      const differs = isStandIn ? null : otherAnswer(record, answered);
      if (differs !== null) recording.add({ index: record.index, what: differs });
      out?.write(answered);
      replayer.step(answered);
      return true;
    },
    () => {
      play.end();
      replayer.finish();
      out?.close();
      const { divergences, explained, followed } = replayer.tally;
      if (options.json) {
        const head = { device: options.device, kernel_release, driver, model: kernel.name, played };
        const lists = { left_out: left, recording, divergences };
        const shown = Object.entries(lists).map(([name, { count, kept }]) => [
          name,
          { count, list: kept.slice(0, SHOWN).map(({ index, what }) => ({ index, what })) },
        ]);
        const counts = { explained: explained.count, followed: followed.count };
        print(`${JSON.stringify({ ...head, ...counts, ...Object.fromEntries(shown) })}\n`);
      } else {
        print(`${options.device}: ${driver.name} ${driver_version}, Linux ${kernel_release}\n`);
        print(`model: ${kernel.name} (${kernel.release})\n${played} records were played\n`);
        printFindings(left, 'were left out');
        printFindings(recording, 'the device answers otherwise than was recorded');
        printFindings(divergences, 'the model answers otherwise than the device');
        if (divergences.count === 0) print('the model answers as the device did\n');
      }
      if (divergences.count > 0) process.exitCode = EXIT_FOUND;
    },
  );
}

function printFindings({ count, kept }: FindingList<Finding>, what: string): void {
  if (count === 0) return;
  print(`${count} ${what}${count > SHOWN ? `, the first ${SHOWN} of them` : ''}:\n`);
  for (const { index, what: text } of kept.slice(0, SHOWN)) print(`  record ${index}: ${visible(text)}\n`);
}

/** How the device's answer differs from the recorded one in success or error, or null. */
function otherAnswer(recorded: CaptureRecord, answered: CaptureRecord): string | null {
  const said = ({ type, ret, errno, ok }: CaptureRecord): string =>
    type === 'mmap' ? (ok ? 'OK' : 'an error') : ret < 0 ? errnoName(errno) : 'OK';
  if (recorded.type === 'close' || said(recorded) === said(answered)) return null;
  const name = recorded.type === 'mmap' ? 'mmap' : ioctlName(recorded.request);
  return `${name}: ${said(recorded)} was recorded, the device says ${said(answered)}`;
}
