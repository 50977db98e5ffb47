import { release } from 'node:os';
import { decode, type Json, type JsonObject } from '../../uapi/codec.ts';
import { errnoName } from '../../uapi/errno.ts';
import type { StructLayout } from '../../uapi/layout.ts';
import {
  DRM_IOCTL_PANTHOR_DEV_QUERY,
  DRM_PANTHOR_DEV_QUERY_CSIF_INFO,
  DRM_PANTHOR_DEV_QUERY_GPU_INFO,
  DRM_PANTHOR_DEV_QUERY_GROUP_PRIORITIES_INFO,
  DRM_PANTHOR_DEV_QUERY_MMU_INFO,
  DRM_PANTHOR_DEV_QUERY_TIMESTAMP_INFO,
  drm_panthor_csif_info,
  drm_panthor_dev_query,
  drm_panthor_gpu_info,
  drm_panthor_group_priorities_info,
  drm_panthor_mmu_info,
  drm_panthor_timestamp_info,
} from '../../uapi/panthor_drm.ts';
import { InputError } from '../errors.ts';
import type { DeviceFile, DriverVersion } from './device-file.ts';

const QUERIES: readonly [name: string, type: number, layout: StructLayout][] = [
  ['gpu_info', DRM_PANTHOR_DEV_QUERY_GPU_INFO, drm_panthor_gpu_info],
  ['csif_info', DRM_PANTHOR_DEV_QUERY_CSIF_INFO, drm_panthor_csif_info],
  ['timestamp_info', DRM_PANTHOR_DEV_QUERY_TIMESTAMP_INFO, drm_panthor_timestamp_info],
  ['group_priorities_info', DRM_PANTHOR_DEV_QUERY_GROUP_PRIORITIES_INFO, drm_panthor_group_priorities_info],
  ['mmu_info', DRM_PANTHOR_DEV_QUERY_MMU_INFO, drm_panthor_mmu_info],
];

/** What a device says of itself. */
export interface DeviceInfo {
  path: string;
  /** `uname -r`. */
  kernel_release: string;
  driver: DriverVersion;
  /** The structs of DRM_IOCTL_PANTHOR_DEV_QUERY by name; a string is the error that the driver answered with. */
  queries: { readonly [name: string]: JsonObject | string };
}

/**
 * Asks a device everything that DEV_QUERY can tell.
 *
 * @throws InputError where another driver answers
 */
export function deviceInfo(file: DeviceFile): DeviceInfo {
  const driver = file.version();
  if (driver.name !== 'panthor')
    throw new InputError(`${file.path}: driven by ${JSON.stringify(driver.name)}, expected panthor`);
  const queries = Object.fromEntries(
    QUERIES.map(([name, type, layout]) => [name, query(file, type, layout)]),
  );
  return { path: file.path, kernel_release: release(), driver, queries };
}

function query(file: DeviceFile, type: number, layout: StructLayout): JsonObject | string {
  const answer = Buffer.alloc(layout.size);
  const { ret } = file.call(DRM_IOCTL_PANTHOR_DEV_QUERY, drm_panthor_dev_query, {
    type,
    size: layout.size,
    pointer: file.address(answer),
  });
  return ret < 0 ? errnoName(-ret) : decode(layout, answer);
}

/** The device as a GPU profile for `--gpu`; what a device does not tell (names) is made up from its id. */
export function profileOf({ queries }: DeviceInfo): JsonObject {
  const gpu = queries.gpu_info as JsonObject;
  const csif = queries.csif_info as JsonObject;
  const timestamp = queries.timestamp_info;
  const hex = (value: Json | undefined): Json =>
    typeof value === 'number' ? `0x${value.toString(16)}` : (value ?? 0);
  const { pad: _pad, ...registers } = Object.fromEntries(
    Object.entries(gpu).map(([name, value]) => [name, Array.isArray(value) ? value.map(hex) : hex(value)]),
  );
  const { padding: _padding, ...counts } = csif;
  return {
    name: `Mali ${String(hex(gpu.gpu_id))}`,
    compatible: ['arm,mali-valhall-csf'],
    gpu_features: '0x0',
    ...registers,
    ...counts,
    timestamp_frequency: typeof timestamp === 'string' ? 24_000_000 : Number(timestamp.timestamp_frequency),
    gpu_frequency: 1_000_000_000,
  };
}
