/**
 * A call that copies what a client says into the driver's heap: node copies.mjs TREE [LEFT_OUT]. The hash that was kept is the
 * one from scratch, and what is undone leaves the same bytes. Prints what was found as JSON, as journal.mjs does.
 */
import { UserMemory } from '../../dist/src/driver/base/uaccess.js';
import { gpuProfile } from '../../dist/src/driver/gpu-profile.js';
import { buildTree } from '../../dist/src/tree/build.js';
import { NO_TRACE } from '../../dist/src/tree/notes.js';
import { ClientCalls } from '../../dist/src/tree/replay/client-calls.js';
import {
  DRM_IOCTL_PANTHOR_BO_CREATE,
  DRM_IOCTL_PANTHOR_BO_SET_LABEL,
  drm_panthor_bo_create,
  drm_panthor_bo_set_label,
} from '../../dist/uapi/panthor_drm.js';
import { wordsOf } from '../tooling/words.mjs';

const ARG = 0x20000;
const TEXT = 0x30000;
const [dir, leftOut = '0'] = wordsOf('TREE [LEFT_OUT]');
const calls = new ClientCalls(await buildTree(dir), gpuProfile('g610'), NO_TRACE);
const { native, mailbox } = calls.kernel;
const file = calls.own('open', 0);

/** An ioctl whose argument `fill` writes; its result. */
function ioctl(request, layout, fill) {
  const mem = new UserMemory();
  const at = mem.reserve(ARG, layout.size);
  fill(mem, at);
  const { ret } = calls.ioctl({ file, request, mem, from: ARG, capabilities: 0, nowNs: 0 });
  if (ret !== 0) throw new Error(`ioctl ${request.toString(16)}: ${ret}`);
  return mem.view.getUint32(at + (layout.off.handle ?? 0), true);
}

function hash(scratch) {
  native.hash(scratch);
  return mailbox.word(0);
}

const handle = ioctl(DRM_IOCTL_PANTHOR_BO_CREATE, drm_panthor_bo_create, (mem, at) => {
  mem.setU64(at + drm_panthor_bo_create.off.size, 4096);
});
native.begin();
native.leaveOut(Number(leftOut));
native.save();
ioctl(DRM_IOCTL_PANTHOR_BO_SET_LABEL, drm_panthor_bo_set_label, (mem, at) => {
  mem.view.setUint32(at + drm_panthor_bo_set_label.off.handle, handle, true);
  mem.setU64(at + drm_panthor_bo_set_label.off.label, TEXT);
  mem.add(
    TEXT,
    Buffer.from('a label that is longer than a block of sixty-four bytes, so that two are written\0'),
  );
});
const steps = native.moment();
const hashes = hash(0) === hash(1) ? 0 : 1;
calls.kernel.undo(0);
const bytes = native.differs();
process.stdout.write(`${JSON.stringify({ steps, hashes, bytes, first: mailbox.text || null })}\n`);
