import type { IoctlSpec } from '../../../uapi/ioctl.ts';
import { nativeIoctls } from '../launch/native-tables.ts';

/** An ioctl that the server knows. */
export interface KnownIoctl {
  spec: IoctlSpec;
  /** The argument has a field for a descriptor. */
  hasFd: boolean;
  /** The driver keeps something new for it. */
  needsMemory: boolean;
}

const NEEDS_MEMORY =
  /_(CREATE|VM_BIND|SUBMIT|SET_LABEL|SIGNAL|TRANSFER|EVENTFD|HANDLE_TO_FD|FD_TO_HANDLE|FLINK|OPEN|GET_MAGIC|CLIENT_NAME)$/;

/** Ioctls by type and number. */
const known = new Map<number, KnownIoctl>(
  nativeIoctls.map((spec) => [
    (spec.type << 8) | spec.nr,
    {
      spec,
      hasFd: spec.arg?.fields.some((field) => field.info.unit === 'fd') ?? false,
      needsMemory: NEEDS_MEMORY.test(spec.name),
    },
  ]),
);

/** What is known about a request, by its type and number. */
export function knownIoctl(request: number): KnownIoctl | undefined {
  return known.get(request & 0xffff);
}
