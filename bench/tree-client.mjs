// The same client of a kernel tree's own driver: its calls enter the tree's drm_ioctl(), on a machine in C whose commands are over
// at once. The tree is compiled without announced loads and stores, so that its code runs at its own speed.

import { UserMemory } from '../dist/src/driver/base/uaccess.js';
import { layoutPieces } from '../dist/src/driver/gem/sg.js';
import { GPU_AS_PRESENT, GPU_MMU_FEATURES } from '../dist/src/hw/registers.js';
import { TreeKernel } from '../dist/src/tree/kernel.js';
import { UserBytes } from '../dist/src/tree/replay/user-bytes.js';
import { runsOf } from '../dist/src/tree/vectors/vector-fields.js';
import {
  DRM_IOCTL_PANTHOR_BO_CREATE,
  DRM_IOCTL_PANTHOR_VM_BIND,
  DRM_IOCTL_PANTHOR_VM_CREATE,
  drm_panthor_bo_create,
  drm_panthor_vm_bind,
  drm_panthor_vm_bind_op,
  drm_panthor_vm_create,
} from '../dist/uapi/panthor_drm.js';
import { ARG, encodeBind, encodeOps, OPS } from './encode.mjs';

const OP_SIZE = drm_panthor_vm_bind_op.size;
const AS_PRESENT = 0xff;
const VA_BITS = 48;
const PA_BITS = 40;
const POINT_END = 0;
/** No access and no lock is a point: a call runs to its end at once. */
const ALL_QUIET = 0xffffffff;
const ASKING = 1;

export class TreeClient {
  #objects = 0;

  constructor(tree) {
    this.kernel = new TreeKernel(tree);
    this.kernel.reset();
    const registers = new Uint32Array(this.kernel.native.registers());
    registers.fill(0);
    registers[GPU_AS_PRESENT >> 2] = AS_PRESENT;
    registers[GPU_MMU_FEATURES >> 2] = VA_BITS | (PA_BITS << 8);
    this.user = new UserBytes(this.kernel);
    this.#succeeds('init', AS_PRESENT, VA_BITS, PA_BITS, 0, 2 ** 48);
    this.file = this.#call('open', 0);
    this.vmId = this.#create(DRM_IOCTL_PANTHOR_VM_CREATE, drm_panthor_vm_create, 'id', 0);
    this.#succeeds('active', 1);
    this.mem = new UserMemory();
    this.arg = encodeBind(this.mem, this.vmId);
    this.argEnd = this.mem.used;
  }

  /** An object of `size` bytes in one of the vectors' layouts; returns its handle. */
  object(size, layout) {
    this.kernel.setBacking(runsOf(layoutPieces(layout, ++this.#objects, size, 7)));
    return this.#create(DRM_IOCTL_PANTHOR_BO_CREATE, drm_panthor_bo_create, 'handle', size);
  }

  /** One map, bytes. */
  map(bo, boOffset, va, size) {
    this.encode([{ bo, boOffset, va, size }]);
    this.call(0, 1);
  }

  /** Encodes operations for call(), in the place of those from before. */
  encode(ops) {
    encodeOps(this.mem, this.argEnd, ops);
    this.user.fill(this.mem, -1, -1);
  }

  /** One VM_BIND for each of the encoded operations [from, to). */
  call(from, to) {
    const pointer = ARG + drm_panthor_vm_bind.off.ops + 8;
    this.user.setU64(this.arg + drm_panthor_vm_bind.off.ops + 8, OPS + from * OP_SIZE);
    this.#succeeds('repeat', this.file, DRM_IOCTL_PANTHOR_VM_BIND, ARG, pointer, OP_SIZE, to - from);
  }

  /** Leaf runs and tables of the VM, for a check that work was done: [runs, tables by level]. */
  leaves() {
    const { mailbox } = this.kernel;
    mailbox.clearNotes();
    this.#call('leaves', 1, 0);
    mailbox.clearNotes();
    return [mailbox.result(2), [3, 4, 5, 6].map((i) => mailbox.result(i))];
  }

  #succeeds(name, ...args) {
    const ret = this.#call(name, ...args);
    if (ret !== 0) throw new Error(`${name}: ${ret}`);
  }

  #call(name, ...args) {
    const { mailbox } = this.kernel;
    this.kernel.start(ASKING, name);
    mailbox.setArgs(args);
    mailbox.quiet = ALL_QUIET;
    const point = this.kernel.step(ASKING);
    if (point !== POINT_END) throw new Error(`${name} stands at point ${point}`);
    return mailbox.result(0);
  }

  /** A call that makes something of `size` bytes: the number that it gives out. */
  #create(request, layout, field, size) {
    const mem = new UserMemory();
    const at = mem.reserve(ARG, layout.size);
    if (size > 0) mem.setU64(at + layout.off.size, size);
    this.user.fill(mem, -1, -1);
    this.#succeeds('ioctl', this.file, request, ARG, 0, 0);
    this.user.take(mem);
    return mem.view.getUint32(at + layout.off[field], true);
  }
}
