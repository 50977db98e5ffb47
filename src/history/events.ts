/** What happened in a capture, as data: the lives of VMs, objects, mappings and address space slots. */

/** A moment of a capture: the record during which something happened, its time and thread. */
export interface Moment {
  /** Number of the record. */
  record: number;
  /** CLOCK_MONOTONIC of the capture's machine, ns. */
  timeNs: number;
  tid: number;
}

/** A VM of the client's. */
export interface VmLife {
  /** The VM's ordinal on the device, from 1. */
  uid: number;
  /** The client's descriptor and id. */
  fd: number;
  id: number;
  /** Bytes of the client's half of the address space. */
  userVaRange: number;
  created: Moment;
  /** Null while it lives. */
  destroyed: Moment | null;
}

/** A buffer object that a client had a handle of. */
export interface ObjectLife {
  /** The handle of the file that made or imported it first, and that file's descriptor. */
  fd: number;
  handle: number;
  /** Bytes. */
  size: number;
  /** The last label that a client gave it, or null. */
  label: string | null;
  imported: boolean;
  created: Moment;
  /** When the last handle was closed; mappings may keep the object longer. */
  closed: Moment | null;
  /** When nothing referred to it any more. */
  freed: Moment | null;
}

/** What ended a mapping. */
export type MappingEnd = 'unmap' | 'map' | 'vm-destroy' | 'close';

/** One VMA from the operation that made it to the one that removed it. Bytes. */
export interface Mapping {
  vm: VmLife;
  va: number;
  size: number;
  /** Null for the driver's own objects: kernel BOs and the one behind sparse mappings. */
  object: ObjectLife | null;
  boOffset: number;
  /** DRM_PANTHOR_VM_BIND_OP_MAP_* bits. */
  flags: number;
  mapped: Moment;
  removed: Moment | null;
  end: MappingEnd | null;
}

/** A VM's stay in an address space slot. */
export interface SlotUse {
  as: number;
  vm: VmLife;
  from: Moment;
  to: Moment | null;
  /** How it ended: disabled (idle device, fault, reset), or taken by another VM. */
  end: 'disable' | 'evict' | null;
}
