/**
 * The part of Perfetto's trace format that is written here, with its field names and numbers
 * (perfetto/trace/trace_packet.proto, track_event/*.proto, interned_data.proto, clock_snapshot.proto).
 */
import { create, createFileRegistry, type DescMessage, type MessageInitShape } from '@bufbuild/protobuf';
import {
  type FieldDescriptorProto,
  FieldDescriptorProto_Label,
  FieldDescriptorProto_Type,
  type FieldDescriptorProtoSchema,
  FileDescriptorProtoSchema,
} from '@bufbuild/protobuf/wkt';

type Field = MessageInitShape<typeof FieldDescriptorProtoSchema>;
const PACKAGE = 'perfetto.protos';
const T = FieldDescriptorProto_Type;

const SCALARS = {
  uint64: T.UINT64,
  uint32: T.UINT32,
  int64: T.INT64,
  int32: T.INT32,
  fixed64: T.FIXED64,
  string: T.STRING,
  bool: T.BOOL,
} as const;

/** "name: number type", an array of a type where `[]` follows; types that are no scalars are messages. */
const MESSAGES: Readonly<Record<string, readonly string[]>> = {
  Trace: ['packet: 1 TracePacket[]'],
  TracePacket: [
    'timestamp: 8 uint64',
    'timestamp_clock_id: 58 uint32',
    'trusted_packet_sequence_id: 10 uint32',
    'sequence_flags: 13 uint32',
    'clock_snapshot: 6 ClockSnapshot',
    'track_event: 11 TrackEvent',
    'interned_data: 12 InternedData',
    'track_descriptor: 60 TrackDescriptor',
  ],
  ClockSnapshot: ['clocks: 1 Clock[]', 'primary_trace_clock: 2 int32'],
  Clock: ['clock_id: 1 uint32', 'timestamp: 2 uint64'],
  TrackDescriptor: [
    'uuid: 1 uint64',
    'name: 2 string',
    'process: 3 ProcessDescriptor',
    'thread: 4 ThreadDescriptor',
    'parent_uuid: 5 uint64',
    'counter: 8 CounterDescriptor',
  ],
  ProcessDescriptor: ['pid: 1 int32', 'process_name: 6 string'],
  ThreadDescriptor: ['pid: 1 int32', 'tid: 2 int32', 'thread_name: 5 string'],
  CounterDescriptor: ['unit: 3 int32'],
  TrackEvent: [
    'category_iids: 3 uint64[]',
    'debug_annotations: 4 DebugAnnotation[]',
    'type: 9 int32',
    'name_iid: 10 uint64',
    'track_uuid: 11 uint64',
    'counter_value: 30 int64',
    'flow_ids: 47 fixed64[]',
    'terminating_flow_ids: 48 fixed64[]',
  ],
  DebugAnnotation: [
    'name_iid: 1 uint64',
    'uint_value: 3 uint64',
    'int_value: 4 int64',
    'string_value: 6 string',
  ],
  InternedData: [
    'event_categories: 1 EventCategory[]',
    'event_names: 2 EventName[]',
    'debug_annotation_names: 3 DebugAnnotationName[]',
  ],
  EventCategory: ['iid: 1 uint64', 'name: 2 string'],
  EventName: ['iid: 1 uint64', 'name: 2 string'],
  DebugAnnotationName: ['iid: 1 uint64', 'name: 2 string'],
};

const camel = (name: string): string => name.replace(/_(\w)/g, (_, c: string) => c.toUpperCase());

function fieldOf(text: string): Field {
  const [, name, number, type, many] = /^(\w+): (\d+) (\w+)(\[\])?$/.exec(text) as unknown as string[];
  const scalar = (SCALARS as Record<string, FieldDescriptorProto['type']>)[type];
  return {
    name,
    jsonName: camel(name),
    number: Number(number),
    label: many === undefined ? FieldDescriptorProto_Label.OPTIONAL : FieldDescriptorProto_Label.REPEATED,
    ...(scalar === undefined ? { type: T.MESSAGE, typeName: `.${PACKAGE}.${type}` } : { type: scalar }),
  };
}

const registry = createFileRegistry(
  create(FileDescriptorProtoSchema, {
    name: 'perfetto_trace.proto',
    package: PACKAGE,
    syntax: 'proto2',
    messageType: Object.entries(MESSAGES).map(([name, fields]) => ({ name, field: fields.map(fieldOf) })),
  }),
  () => undefined,
);

/** The descriptor of one of the messages above. */
export function message(name: string): DescMessage {
  return registry.getMessage(`${PACKAGE}.${name}`) as DescMessage;
}

/** TrackEvent.Type */
export const TYPE_SLICE_BEGIN = 1;
export const TYPE_SLICE_END = 2;
export const TYPE_INSTANT = 3;
export const TYPE_COUNTER = 4;
/** TracePacket.SequenceFlags */
export const SEQ_INCREMENTAL_STATE_CLEARED = 1;
export const SEQ_NEEDS_INCREMENTAL_STATE = 2;
/** ClockSnapshot: BUILTIN_CLOCK_MONOTONIC and BUILTIN_CLOCK_BOOTTIME */
export const CLOCK_MONOTONIC = 3;
export const CLOCK_BOOTTIME = 6;
/** CounterDescriptor.Unit */
export const UNIT_COUNT = 2;
export const UNIT_SIZE_BYTES = 3;
