/**
 * panthor-shim as a library: what the DRM driver panthor (Arm Mali CSF GPUs) does on the side of virtual memory, for
 * programs of one's own. docs/library.md shows it at work; examples/ has programs that run.
 *
 * @packageDocumentation
 */
export { CodecError, type Json, type JsonObject } from '../uapi/codec.ts';
export type { Enumerator, EnumeratorSpec, EnumKind, EnumTable } from '../uapi/enumeration.ts';
export type { BufferSpec, IoctlSpec, NumberRef } from '../uapi/ioctl.ts';
export type {
  BufferLength,
  Direction,
  Field,
  FieldInfo,
  FieldSpec,
  Scalar,
  ScalarValue,
  StructLayout,
  StructValue,
  Unit,
  UserPointer,
} from '../uapi/layout.ts';
export { type FoundIoctl, findIoctl, findStruct, LookupError } from '../uapi/lookup.ts';
export type { Since } from '../uapi/version.ts';
export {
  Capture,
  CaptureFile,
  type CaptureInput,
  type CaptureOutput,
  convertCapture,
  createCapture,
  openCapture,
} from './api/capture.ts';
export {
  type Conformance,
  type ConformOptions,
  conform,
  type StreamFailure,
  type StreamResult,
} from './api/conform.ts';
export type { DriverEvent } from './api/driver-events.ts';
export {
  type BrokenInvariant,
  type Exploration,
  type ExploreBudget,
  type ExploreOptions,
  explore,
  replaySchedule,
  type ScenarioInfo,
  type ScheduleReplay,
  type ScheduleStep,
  scenarios,
} from './api/explore.ts';
export {
  type Behaviour,
  behaviours,
  type Kernel,
  type KernelVersion,
  kernel,
  type Switches,
  type UapiVersion,
} from './api/kernels.ts';
export type {
  AnyRecord,
  CaptureRecord,
  CloseRecord,
  IoctlRecord,
  MmapRecord,
  UserBuffer,
} from './api/records.ts';
export { Replay, type ReplayOptions, type ReplayRange, type ReplayStep, type VmPlace } from './api/replay.ts';
export {
  DrmRequest,
  decodeRequest,
  encodeRequest,
  type MemoryRegion,
  type RequestHints,
  requestOf,
} from './api/request.ts';
export { decodeStruct, encodeStruct, type StructInput } from './api/structs.ts';
export { type MappedObject, Translation, type WalkedDescriptor } from './api/translation.ts';
export * as uapi from './api/uapi.ts';
export type { CaptureFormat } from './capture/convert.ts';
export { CaptureError, type Corruption, SourceError } from './capture/error.ts';
export type { CaptureForm } from './capture/reader.ts';
export type { CaptureHeader, Replies } from './capture/record.ts';
export type { StepPart } from './driver/base/warn.ts';
export { BO_LAYOUTS, type BoLayout } from './driver/gem/sg.ts';
export { KERNEL_NAMES } from './driver/kernels.ts';
export { InputError, UsageError } from './errors.ts';
export type { ScenarioText } from './explore/scenario/catalogue.ts';
export { BytesError } from './payload/bytes.ts';
export type { Refusal } from './payload/refusal.ts';
export type { Format } from './payload/render.ts';
export type { Reject } from './payload/rules/context.ts';
export type { Verdict } from './payload/verdict.ts';
export type { Disagreement } from './replay/disagreements.ts';
export type { VmaState, VmState } from './replay/snapshot.ts';
export type {
  Divergence,
  Explained as ExplainedCall,
  Finding as ReplayFinding,
  Refused,
  Warning as DriverWarning,
} from './replay/tally.ts';
export type { ReplaySummary } from './report/replay-json.ts';
