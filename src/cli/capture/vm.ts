import { type Command, InvalidArgumentError } from 'commander';
import { openCapture } from '../../capture/reader.ts';
import type { PanthorVm } from '../../driver/mmu/vm.ts';
import type { ClientFile } from '../../replay/client-file.ts';
import type { ReplayModel } from '../../replay/model.ts';
import { Replayer } from '../../replay/replayer.ts';
import { clientVms, snapshot, type VmState } from '../../replay/snapshot.ts';
import { VmHistories, type VmHistory } from '../../replay/vm-history.ts';
import { bytesText, plural } from '../../report/format.ts';
import { address, disagreementLines, LEGEND, vaMap } from '../../report/va-map.ts';
import { vmJson } from '../../report/vm-json.ts';
import { walkJson, walkText, walkVm } from '../../report/walk.ts';
import { nearestKernel } from '../../tree/source.ts';
import { EXIT_FOUND, UsageError } from '../exit.ts';
import { answersByStatus, print } from '../io/output.ts';
import { readThrough } from '../io/read.ts';
import { addModelOptions, type ModelCliOptions, modelOptions } from '../options/model.ts';
import { build, onTree } from '../options/tree.ts';
import { recordNumber } from './replay.ts';
import { type Place, vmHistory } from './vm-history.ts';

interface VmCliOptions extends ModelCliOptions {
  at?: number;
  walk?: Place;
  history?: Place;
  json?: true;
  tree?: string;
}

export function register(program: Command): void {
  const command = program
    .command('vm')
    .summary('show VMs, page tables and AS slots after a record')
    .description(
      'Plays a capture up to a record and shows the VMs that the client has then: mappings, page tables and address ' +
        'space slots, or one translation, level by level.',
    )
    .argument('<capture>', 'capture, FIFO, or - for standard input')
    .option(
      '--at <n>',
      'after record N (default: each VM when it is fullest; with --json and --walk, the end)',
      recordNumber,
    )
    .option('--walk <vm@va>', 'one translation: VM@VA, or FD:VM@VA where files share the id', place)
    .option('--history <vm@va>', 'everything that ever happened to an address', place)
    .option('--tree <dir>', "of a kernel tree's own driver")
    .option('--json', 'one JSON object');
  addModelOptions(command).action(show);
}

function place(value: string): Place {
  const match = /^(?:(\d+):)?(\d+)@(0[xX][0-9a-fA-F]+|\d+)$/.exec(value);
  if (match === null) throw new InvalidArgumentError('expected VM@VA, as in 1@0x7fffe000');
  const va = Number(match[3]);
  if (va >= 2 ** 48) throw new InvalidArgumentError('addresses have 48 bits');
  return { fd: match[1] === undefined ? null : Number(match[1]), id: Number(match[2]), va };
}

async function show(path: string, options: VmCliOptions): Promise<void> {
  if (options.history !== undefined && (options.at !== undefined || options.walk !== undefined))
    throw new UsageError('--history is about the whole capture: not with --at or --walk');
  if (options.history !== undefined && options.tree !== undefined)
    throw new UsageError('--history is of the model: not with --tree');
  answersByStatus();
  const capture = await openCapture(path);
  if (options.history !== undefined) {
    const { header } = capture;
    return await vmHistory(capture, modelOptions(options, header), options.history, options.json === true);
  }
  const tree = options.tree === undefined ? null : await build(options.tree);
  if (tree !== null) options.kernel ??= nearestKernel(tree);
  const replayer = new Replayer(capture.header, {
    ...modelOptions(options, capture.header),
    ...onTree(tree),
  });
  const at = options.at ?? Number.POSITIVE_INFINITY;
  const fullest = options.at === undefined && options.walk === undefined && options.json === undefined;
  const histories = fullest ? new VmHistories(replayer.model) : null;
  let index = -1;
  await readThrough(
    capture,
    (record) => {
      histories?.before(record);
      replayer.step(record);
      histories?.after(record);
      index = record.index;
      return index < at;
    },
    () => {
      // A stream that turned out corrupt before record N still shows how far it came.
      if (options.at !== undefined && index < at && capture.complete) {
        throw new UsageError(`there is no record ${at}: the capture ends with ${index}`);
      }
      if (options.walk !== undefined) walk(replayer.model, options.walk, options.json === true);
      else if (options.json) print(`${vmJson(index, snapshot(replayer.model))}\n`);
      else if (histories === null) print(text(`after record ${index}`, snapshot(replayer.model)));
      else {
        histories.finishFullest();
        print(fullestText(index, [...histories.histories.values()]));
      }
    },
  );
}

function walk(model: ReplayModel, where: Place, json: boolean): void {
  const { file, vm } = find(model, where);
  const report = walkVm(model, file, vm, where.va);
  print(json ? `${walkJson(report)}\n` : walkText(report, `VM ${where.id} of fd ${file.fd}`));
  if (report.target !== null && !report.target.agrees) process.exitCode = EXIT_FOUND;
}

function find(model: ReplayModel, { fd, id }: Place): { file: ClientFile; vm: PanthorVm } {
  const found = clientVms(model).filter(
    ({ file, vm }) => (file.vmIds.get(vm) ?? vm.id) === id && (fd === null || file.fd === fd),
  );
  if (found.length === 1) return found[0];
  const all = clientVms(model).map(({ file, vm }) => `${file.fd}:${file.vmIds.get(vm) ?? vm.id}`);
  if (found.length === 0) {
    throw new UsageError(`there is no VM ${id} then${all.length > 0 ? `, but ${all.join(', ')}` : ''}`);
  }
  throw new UsageError(`several files have a VM ${id}: say one of ${all.join(', ')}`);
}

/** Every VM that ever was, when it had the most mappings: most clients have destroyed theirs at the end. */
function fullestText(last: number, all: readonly VmHistory[]): string {
  const how = all.length === 0 ? '' : ', shown when fullest; --at N shows another moment';
  const moments = all.map(
    ({ shownAt, destroyedAt }) =>
      `, after record ${shownAt}${destroyedAt < 0 ? '' : ` (destroyed by record ${destroyedAt})`}`,
  );
  const vms = all.map(({ shown }) => shown);
  return text(`records 0 to ${last}`, vms, how, moments);
}

function text(when: string, vms: readonly VmState[], how = '', moments: readonly string[] = []): string {
  const lines = [`${when}: ${plural(vms.length, 'VM')}${how}`];
  for (const [i, vm] of vms.entries()) {
    const bytes = vm.vmas.reduce((sum, vma) => sum + vma.size, 0);
    lines.push(
      '',
      `VM ${vm.id} of fd ${vm.fd}${moments[i] ?? ''}${vm.unusable ? ', unusable' : ''}: ${vm.as === null ? 'no AS slot' : `AS ${vm.as}`}`,
      `  user range ${address(0)}–${address(vm.userVaRange - 1)}`,
      `  ${plural(vm.vmas.length, 'mapping')} of ${bytesText(bytes)}, ${vm.pages2m} × 2 MiB and ${vm.pages4k} × 4 KiB, ` +
        `${plural(vm.tables, 'page-table page')}`,
      ...vaMap(vm, Number.POSITIVE_INFINITY).map((line) => `    ${line}`),
      ...disagreementLines(vm).map((line) => `    ${line}`),
    );
  }
  if (vms.some((vm) => vm.vmas.length > 0)) lines.push('', LEGEND);
  return `${lines.join('\n')}\n`;
}
