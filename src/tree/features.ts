/** What a tree's driver has, found by looking into its source and never by its version. */
import { PANTHOR, readTreeFile } from './source.ts';

interface Feature {
  /** The macro that our C tests, HAVE_ in front. */
  name: string;
  about: string;
  /** Where to look: a file of the driver, or a path in the tree. */
  file: string;
  /** What is there where the tree has the thing. */
  sign: RegExp;
}

const FEATURES: readonly Feature[] = [
  {
    name: 'LOCKED_REGION',
    about: 'a region is locked around an operation, and recorded',
    file: 'panthor_mmu.c',
    sign: /^static int panthor_vm_lock_region\(/m,
  },
  {
    name: 'PACK_REGION',
    about: 'the encoding of a region is a function of its own',
    file: 'panthor_mmu.c',
    sign: /^static u64 pack_region_range\(/m,
  },
  {
    name: 'UNLOCK_BEFORE_DISABLE',
    about: 'an address space is unlocked before it is disabled',
    file: 'panthor_mmu.c',
    sign: /^static int panthor_mmu_as_disable\([^}]*locked_region\.size/m,
  },
  {
    name: 'OP_LOCK_ON_ACTIVATE',
    about: 'vm_active takes op_lock',
    file: 'panthor_mmu.c',
    sign: /^int panthor_vm_active\((?:[^}]|\n\t+\})*?mutex_lock\(&vm->op_lock\)/m,
  },
  {
    name: 'SPARSE',
    about: 'sparse maps',
    file: 'panthor_mmu.c',
    sign: /^panthor_vm_map_sparse\(/m,
  },
  {
    name: 'EVICTED',
    about: 'VMAs can be evicted',
    file: 'panthor_mmu.c',
    sign: /\bvma->evicted\b/,
  },
  {
    name: 'RECLAIM',
    about: "a shrinker over the device's objects",
    file: 'panthor_gem.h',
    sign: /\bpanthor_gem_shrinker_init\(/,
  },
  {
    name: 'SHMEM_HELPER',
    about: "objects are drm_gem_shmem's",
    file: 'panthor_gem.h',
    sign: /\bstruct drm_gem_shmem_object base;/,
  },
  {
    name: 'FLUSH_ALL',
    about: 'panthor_vm_flush_all() exists',
    file: 'panthor_mmu.c',
    sign: /^int panthor_vm_flush_all\(/m,
  },
  {
    name: 'GEM_GPUVA',
    about: 'gpuvm is a feature that a driver asks for',
    file: 'include/drm/drm_drv.h',
    sign: /\bDRIVER_GEM_GPUVA\b/,
  },
  {
    name: 'GEM_LRU_MUTEX',
    about: "objects' LRU lists have the device's mutex",
    file: 'include/drm/drm_device.h',
    sign: /\bstruct mutex gem_lru_mutex;/,
  },
  {
    name: 'IRQ_STATE',
    about: 'an interrupt line knows whether it is handled',
    file: 'panthor_device.h',
    sign: /\bPANTHOR_IRQ_STATE_ACTIVE\b/,
  },
  {
    name: 'HW',
    about: 'what differs between GPUs is called through a table',
    file: 'panthor_device.h',
    sign: /\bstruct panthor_hw \*hw;/,
  },
  {
    name: 'FAST_RESET',
    about: 'a suspend does not reset the GPU where the firmware has halted',
    file: 'panthor_device.h',
    sign: /\bbool fast;/,
  },
  {
    name: 'RESUME_WITH_MASK',
    about: 'who resumes an interrupt line says its mask',
    file: 'panthor_device.h',
    sign: /_irq_resume\(struct panthor_irq \*pirq, u32 mask\)/,
  },
  {
    name: 'USER_VA_CHECK',
    about: "a bind beyond the user's range is refused",
    file: 'panthor_mmu.c',
    sign: /range_overflows[^;]*user_va_range/,
  },
];

export interface FoundFeature {
  name: string;
  about: string;
  found: boolean;
}

/** Looks for each feature in the tree at `dir`. */
export function findFeatures(dir: string): FoundFeature[] {
  const texts = new Map<string, string>();
  return FEATURES.map(({ name, about, file, sign }) => {
    let text = texts.get(file);
    if (text === undefined) {
      text = readTreeFile(dir, file.includes('/') ? file : `${PANTHOR}/${file}`);
      texts.set(file, text);
    }
    return { name, about, found: sign.test(text) };
  });
}
