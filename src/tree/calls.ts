/** Numbers of the driver's entry points: native-stubs/tree/kernel/panthor.h, enum call. */
const NAMES = [
  'init',
  'vmCreate',
  'mcuVmCreate',
  'vmDestroy',
  'boCreate',
  'boDestroy',
  'bind',
  'kmap',
  'kunmap',
  'active',
  'idle',
  'rawInterrupt',
  'threadedInterrupt',
  'suspend',
  'resume',
  'preReset',
  'postReset',
  'softReset',
  'unplug',
  'lock',
  'unlock',
  'pack',
  'pageSize',
  'lookup',
  'flushAll',
  'allocVa',
  'freeVa',
  'setOom',
  'state',
  'vmas',
  'leaves',
  'backing',
  'runWork',
  'clearReset',
  'scheduleReset',
  'enter',
  'exit',
  'jobCreate',
  'jobRun',
  'jobPut',
  'gpuUnplug',
  'gpuSuspend',
  'gpuResume',
  'flushCaches',
  'vmGet',
  'vmPut',
  'open',
  'release',
  'ioctl',
  'backObject',
  'describeGpu',
  'repeat',
  'importObject',
  'fenceAttach',
  'fenceSignal',
  'syncobjHold',
  'syncobjGive',
  'syncobjDrop',
  'objectHold',
  'objectGive',
  'objectDrop',
  'failObject',
] as const;

export type CallName = (typeof NAMES)[number];

const NUMBERS = new Map<CallName, number>(NAMES.map((name, i) => [name, i]));

/** The name of the entry point with a number. */
export function callName(number: number): CallName {
  return NAMES[number];
}

/** The number of an entry point. */
export function callNumber(name: CallName): number {
  return NUMBERS.get(name) as number;
}
