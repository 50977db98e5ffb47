import type { Payload } from '../payload/payload.ts';

/** Memory of an object that a client has mapped: words of 32 bits, little-endian. */
export interface Mapping {
  read(offset: number): number;
  write(offset: number, value: number): void;
}

/**
 * Who answers the calls of a scenario: a device, or the model. Files and descriptors are numbers of the side's own. What
 * is 0 or more succeeded; what is below is -errno.
 */
export interface Side {
  /** What it is called in reports. */
  readonly name: 'device' | 'model';
  /** Opens the device once more: a number for the calls below. */
  open(): number;
  close(file: number): void;
  /**
   * Makes a call on an open file, or on a descriptor that an earlier call gave out. The bytes of argument and regions are
   * afterwards what the call left there.
   */
  ioctl(on: { file: number } | { fd: number }, payload: Payload): number;
  mmap(file: number, length: number, prot: number, flags: number, offset: bigint): Mapping | number;
  /** An eventfd, for SYNCOBJ_EVENTFD. */
  eventfd(): number;
  /** Whether a descriptor is readable now. */
  isReadable(fd: number): boolean;
  closeFd(fd: number): void;
  /** CLOCK_MONOTONIC as the side has it, ns. */
  nowNs(): bigint;
  /** Ends everything. */
  end(): void;
}
