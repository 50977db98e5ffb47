/**
 * Calls of a tree's driver while an allocation fails, of each call the first one, then the second and so on until none is left to
 * fail: node without-memory.mjs TREE. Each is an error of memory or done without, and leaves nothing behind. Prints JSON.
 */
import { build } from '../../dist/src/cli/options/tree.js';
import { UserMemory } from '../../dist/src/driver/base/uaccess.js';
import { gpuProfile } from '../../dist/src/driver/gpu-profile.js';
import { Places } from '../../dist/src/tree/faults.js';
import { NO_TRACE, tellNotes } from '../../dist/src/tree/notes.js';
import { ClientCalls } from '../../dist/src/tree/replay/client-calls.js';
import { DRM_IOCTL_SYNCOBJ_CREATE } from '../../dist/uapi/drm.js';
import { wordsOf } from '../tooling/words.mjs';

const ENOMEM = 12;
const AT = 0x1000;
const SIZE = 0x2000;
/** Two pages that do not follow each other. */
const RUNS = [0, 1].map((first) => ({ first, frame: 0x300000 + 2 * first, pages: 1, huge: false }));

const [dir] = wordsOf('TREE');
const tree = await build(dir);
const calls = new ClientCalls(tree, gpuProfile('g610'), NO_TRACE);
const found = {};

/** Tries a call until nothing of it fails; `undo` takes back what it has made. */
function tryOut(name, make, undo) {
  const wrong = [];
  for (let n = 0; ; n++) {
    calls.own('failObject', n, 1);
    const ret = make();
    const isOver = calls.own('failObject', 0, 0) === 1;
    if (ret >= 0) undo(ret);
    else if (ret !== -ENOMEM) wrong.push(`allocation ${n} fails: ${ret}`);
    calls.kernel.mailbox.clearNotes();
    if (calls.kernel.native.leaks() > 0) wrong.push(`allocation ${n} fails (${ret}): ${leak()}`);
    if (isOver) {
      found[name] = { failed: n, ret, wrong };
      return ret;
    }
  }
}

/** What is said of the first object that nothing refers to. */
function leak() {
  const { kernel, warnings } = calls;
  try {
    tellNotes(kernel.mailbox, { warnings, places: new Places(tree) }, null);
  } catch (e) {
    return e.message;
  } finally {
    kernel.mailbox.clearNotes();
  }
  return 'a leak without a note';
}

const keep = () => {};
const release = (file) => calls.own('release', file);
tryOut('open', () => calls.own('open', 0), release);
tryOut('open of the primary node', () => calls.own('open', 1), release);
const file = calls.own('open', 0);

const mem = new UserMemory();
const argument = mem.reserve(AT, 8);
const call = { file, request: DRM_IOCTL_SYNCOBJ_CREATE, mem, from: AT, capabilities: 0, nowNs: 0 };
if (calls.ioctl(call).ret !== 0) throw new Error('SYNCOBJ_CREATE');
const handle = mem.view.getUint32(argument, true);
const signal = () => calls.own('fenceSignal', calls.kernel.mailbox.result(2), 0);
for (const [name, isTimeline, point] of [
  ['fence of a syncobj', 0, 0n],
  ['point of a syncobj', 1, 5n],
])
  tryOut(name, () => attach(isTimeline, point), keep);

function attach(isTimeline, point) {
  const ret = calls.own('fenceAttach', file, handle, isTimeline, point);
  if (ret === 0) signal();
  return ret;
}

let number = 0;
function withPages(make) {
  calls.kernel.setBacking(RUNS);
  return make(++number);
}
tryOut('import of a buffer', () => withPages((n) => calls.own('importObject', file, SIZE, n)), keep);
calls.own('release', file);
tryOut('a buffer object', () => withPages(() => calls.own('boCreate', SIZE, 0, 0)), keep);
console.log(JSON.stringify(found));
