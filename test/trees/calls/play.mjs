/**
 * Random calls on the model and on a tree's own ioctls: node play.mjs TREE KERNEL SEED COUNT [LENGTH [CAPTURES]]. Each of COUNT
 * streams is of LENGTH calls; results, what is written, mappings, page tables, and what the calls ask of the VM layer are
 * the same. Prints what was found as JSON; CAPTURES is a folder for the streams as captures with the tree's answers.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CaptureRecord, setIoctl } from '../../../dist/src/capture/record.js';
import { CaptureWriter } from '../../../dist/src/capture/writer.js';
import { playOnTree } from '../../../dist/src/cli/capture/replay-tree.js';
import { build } from '../../../dist/src/cli/options/tree.js';
import { ScenarioRecorder } from '../../../dist/src/conform/scenario-recorder.js';
import { kernel as kernelOf } from '../../../dist/src/driver/kernels.js';
import { idPlan } from '../../../dist/src/replay/ids/id-plan.js';
import { BLOCKED } from '../../../dist/src/replay/model.js';
import { TreeReplayModel } from '../../../dist/src/tree/replay/tree-model.js';
import { DRM_IOCTL_PRIME_FD_TO_HANDLE } from '../../../dist/uapi/drm.js';
import { ioctlOf } from '../../../dist/uapi/lookup.js';
import { wordsOf } from '../../tooling/words.mjs';
import { KINDS, randomClient } from './random-calls.mjs';

/** Those of which objects of any size have no page in common. */
const LAYOUTS = ['contig2M', 'contig4k', '4k', 'huge2M'];
/** Numbers are the model's own but for the descriptors of what other devices have exported. */
const NO_IDS = { ids: [], arrays: [] };
const IMPORT = idPlan(ioctlOf(DRM_IOCTL_PRIME_FD_TO_HANDLE));
const FD_AT = 8;
/** Calls between two comparisons of page tables. */
const EVERY = 20;
const ETIME = 62;

const [dir, name, seed, count, length = '120', captures] = wordsOf(
  'TREE KERNEL SEED COUNT [LENGTH [CAPTURES]]',
);
const tree = await build(dir);
const kernel = kernelOf(name);
const found = { streams: 0, calls: 0, operations: 0, dereferences: 0, answers: {}, differ: [] };

/** How often the model has said that the kernel would not come back from something. */
function dereferences(model) {
  let count = 0;
  for (const [what, times] of model.device.warnings) if (what.includes('dereferences NULL')) count += times;
  return count;
}

/** Leaves and tables of a VM as text. */
function tables({ pgtable }) {
  const leaves = [];
  pgtable.forEachLeaf((va, pa, log2) => leaves.push(`${va.toString(16)} ${pa.toString(16)} ${log2}`));
  return `${leaves.join('\n')}\n${pgtable.tables}`;
}

/** The first lines that differ, of the model and of the tree. */
function firstLine(ours, theirs) {
  const [a, b] = [ours, theirs].map((text) => text.split('\n'));
  const at = a.findIndex((line, i) => line !== b[i]);
  return `${a[at]}, on the tree ${b[at]}`;
}

/** The first VM whose page tables or state are others on the tree; null for none. */
function different(model) {
  for (const { file } of model.files.values()) {
    for (const vm of file.vms.all()) {
      const { id } = vm;
      const real = model.seen.vm(vm);
      if (real === vm) continue;
      if (vm.unusable !== real.unusable)
        return `VM ${id}: unusable ${vm.unusable}, on the tree ${real.unusable}`;
      if (tables(vm) !== tables(real))
        return `VM ${id}: other page tables: ${firstLine(tables(vm), tables(real))}`;
    }
  }
  return null;
}

/** One ioctl as a record, in the model's numbers. */
function recordOf(call, index, timeNs) {
  const record = new CaptureRecord();
  const at = { timeNs, tid: 1, fd: 5, ret: 0, errno: 0 };
  setIoctl(record, {
    ...at,
    request: call.request,
    argIn: call.argIn,
    argOut: call.argIn,
    buffers: call.buffers,
  });
  record.index = index;
  return record;
}

/** The record with what came out. */
function answered(record, call, model, ret) {
  const { mem } = model;
  const bytes = (at, size) => Buffer.from(mem.data.subarray(at, at + size));
  const buffers = call.buffers.map((one, i) => ({
    ...one,
    out: bytes(mem.offsets[i + 1], one.in.length),
  }));
  const argOut = bytes(model.argAt, call.argIn.length);
  if (call.kind === 'import') call.argIn.copy(argOut, FD_AT, FD_AT, FD_AT + 4);
  const { timeNs, tid, fd, request } = record;
  const done = new CaptureRecord();
  setIoctl(done, {
    timeNs,
    tid,
    fd,
    request,
    argIn: call.argIn,
    argOut,
    buffers,
    ret: ret < 0 ? -1 : ret,
    errno: ret < 0 ? -ret : 0,
  });
  return done;
}

async function play(number) {
  const isHeaps = KINDS[number % KINDS.length] === 'groups';
  // The driver's own objects are of all sizes, and more than have places of their own in the other layouts.
  const boLayout = isHeaps ? 'contig2M' : LAYOUTS[Math.floor(number / KINDS.length) % LAYOUTS.length];
  const model = new TreeReplayModel(tree, { kernel, boLayout });
  const { beside } = model;
  const scenario = new ScenarioRecorder(model.device);
  model.seen.listen(scenario);
  const client = randomClient(number, boLayout === 'huge2M');
  const records = [];
  let problem = null;
  let timeNs = 1e9;
  for (let i = 0; i < Number(length) && problem === null; i++) {
    const call = client.next();
    // Beyond the delay after which an idle device suspends, at times.
    timeNs += client.random.oneIn(25) ? 60_000_000 : 10_000;
    const record = recordOf(call, i, timeNs);
    const file = model.file(record);
    model.load(record, file, call.kind === 'import' ? IMPORT : NO_IDS);
    const before = dereferences(model);
    let ret = model.call(record, file);
    if (ret === BLOCKED) {
      model.cancel(file);
      ret = -ETIME;
    }
    found.calls++;
    const what = `${call.kind} ${ret < 0 ? ret : 0}`;
    found.answers[what] = (found.answers[what] ?? 0) + 1;
    const done = answered(record, call, model, ret);
    records.push(done);
    if (ret >= 0) client.learn(call, Buffer.from(done.argOut));
    const after = dereferences(model);
    if (beside.differences.length > 0) problem = JSON.stringify(beside.differences[0]);
    else if (beside.outOfStep !== null) {
      if (after > before && /pointer to nothing/.test(beside.outOfStep.why)) {
        found.dereferences++;
        // Its answer is none of the tree's.
        records.pop();
        break;
      }
      problem = JSON.stringify(beside.outOfStep);
    } else if (after > before && call.kind !== 'submit')
      // The model alone answers a GROUP_SUBMIT.
      problem = 'the model dereferences NULL, and the tree does not';
    else if (i % EVERY === EVERY - 1 || i === Number(length) - 1) problem = different(model);
  }
  // Imported objects are made of other objects there.
  if (problem === null && beside.outOfStep === null && client.weights.import === undefined) {
    const { vectors } = playOnTree(tree, scenario, `calls-${number}`, model);
    found.operations += vectors.ops;
    if (vectors.failure !== null) problem = JSON.stringify(vectors.failure);
  }
  found.streams++;
  if (problem !== null) found.differ.push({ seed: number, boLayout, problem });
  if (captures !== undefined) await write(number, boLayout, records);
}

async function write(number, boLayout, records) {
  const parts = [];
  const header = {
    arch: 'aarch64',
    client: `calls ${number}, ${boLayout}`,
    replies: 'kernel',
    kernel_release: tree.version,
    driver_version: `${kernel.uapi.major}.${kernel.uapi.minor}.0`,
  };
  const writer = new CaptureWriter('jsonl', (bytes) => void parts.push(bytes), header);
  for (const record of records) writer.write(record);
  await writer.flush();
  writeFileSync(join(captures, `calls-${number}-${boLayout}.jsonl`), Buffer.concat(parts));
}

for (let i = 0; i < Number(count); i++) await play(Number(seed) + i);
process.stdout.write(`${JSON.stringify(found)}\n`);
