/** AS_FAULTSTATUS, as panthor_mmu_irq_handler() takes it apart. */

import { EXCEPTION_TYPES } from './exception-types.ts';
import { AS_FAULTSTATUS_ACCESS_TYPES } from './registers.ts';

export type Access = (typeof AS_FAULTSTATUS_ACCESS_TYPES)[number];
export type FaultClass = 'translation' | 'permission' | 'address-size' | 'attribute' | 'other';

export interface FaultStatus {
  raw: number;
  /** Bits 7:0. */
  type: number;
  name: string;
  meaning: string;
  faultClass: FaultClass;
  /** Level of the table walk that failed, 0 to 3; null where the type has none. */
  level: number | null;
  /** Bits 9:8. */
  access: Access;
  /** Bits 31:16: which unit of the GPU asked; their assignment is not public. */
  sourceId: number;
  /** Bits 15:10, which the driver does not print: "decoder" and slave fault bits. */
  rest: number;
}

/** Takes a raw AS_FAULTSTATUS (32 bits) apart. */
export function decodeFaultStatus(raw: number): FaultStatus {
  const type = raw & 0xff;
  const [name, meaning] = EXCEPTION_TYPES[type] ?? [
    `0x${type.toString(16)}`,
    'a type that panthor has no name for',
  ];
  return {
    raw,
    type,
    name,
    meaning,
    ...classOf(type),
    access: AS_FAULTSTATUS_ACCESS_TYPES[(raw >>> 8) & 3],
    sourceId: raw >>> 16,
    rest: (raw >>> 10) & 0x3f,
  };
}

function classOf(type: number): { faultClass: FaultClass; level: number | null } {
  if (type >= 0xc0 && type <= 0xc4)
    return { faultClass: 'translation', level: type < 0xc4 ? type - 0xc0 : null };
  if (type >= 0xc8 && type <= 0xcb) return { faultClass: 'permission', level: type - 0xc8 };
  if (type === 0xe0) return { faultClass: 'address-size', level: null };
  if (type >= 0xe4 && type <= 0xe7) return { faultClass: 'address-size', level: type - 0xe4 };
  if (type >= 0xe8 && type <= 0xeb) return { faultClass: 'attribute', level: type - 0xe8 };
  return { faultClass: 'other', level: null };
}
