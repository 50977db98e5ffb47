import type { Command } from 'commander';
import { visible } from '../../../uapi/visible.ts';
import type { CaptureReader } from '../../capture/reader.ts';
import { openCapture } from '../../capture/reader.ts';
import { bytesText, durationText, plural, table } from '../../report/format.ts';
import { Summary } from '../../report/summary.ts';
import { print } from '../io/output.ts';
import { readThrough } from '../io/read.ts';

export function register(program: Command): void {
  program
    .command('info')
    .summary('say what a capture holds')
    .description(
      'Says what a capture holds: client, versions, calls by name, VMs, objects, time span, sizes.',
    )
    .argument('<capture>', 'capture, FIFO, or - for standard input')
    .option('--follow', 'of a FIFO: say once a second what has come so far')
    .option('--json', 'one JSON object')
    .action(async (path: string, options: { follow?: true; json?: true }) => {
      const capture = await openCapture(path);
      const summary = new Summary();
      await readThrough(
        capture,
        (record) => summary.add(record),
        () => print(options.json ? `${json(capture, summary)}\n` : text(capture, summary)),
        options.follow ? { totals: () => totals(summary) } : {},
      );
    });
}

/** What `--follow` shows. */
function totals({ ioctls, vms, objects }: Summary): string {
  return `${ioctls.failed} failed, ${plural(vms.length, 'VM')}, ${plural(objects.created - objects.closed, 'object')} of ${objects.created}`;
}

function json(capture: CaptureReader, s: Summary): string {
  const { client, arch, replies, driver_version } = capture.header;
  return JSON.stringify({
    client,
    arch,
    replies,
    driver_version: driver_version ?? null,
    form: capture.form,
    gzip: capture.gzip,
    records: s.records,
    ioctls: s.ioctls,
    mmaps: s.mmaps,
    closes: s.closes,
    files: [...s.files].map(([fd, records]) => ({ fd, records })),
    threads: [...s.threads],
    vms: s.vms,
    objects: s.objects,
    time: s.time,
    bytes: s.bytes,
  });
}

function text(capture: CaptureReader, s: Summary): string {
  const { client, arch, replies, driver_version } = capture.header;
  const form = capture.form === 'jsonl' ? 'JSON Lines' : 'binary';
  const lines = [
    ...table([
      ['client', visible(`${client} (${arch})`)],
      [
        'driver',
        `panthor ${visible(driver_version ?? 'of unknown version')}, replies are ${repliesText(replies)}`,
      ],
      ['form', `${form}${capture.gzip ? ", gzip'd" : ''}`],
      [
        'records',
        `${s.records}: ${s.ioctls.total} ioctls (${s.ioctls.failed} failed), ${plural(s.mmaps, 'mmap')}`,
      ],
      ['time', `${durationText(s.time.span_ns)}, from ${(s.time.first_ns / 1e9).toFixed(6)} s`],
      [
        'passed',
        `${bytesText(s.bytes.arguments)} of arguments, ${bytesText(s.bytes.buffers)} behind pointers`,
      ],
      ['objects', `${s.objects.created} created (${bytesText(s.objects.bytes)}), ${s.objects.closed} closed`],
      ['files', [...s.files].map(([fd, n]) => `fd ${fd}: ${n}`).join(', ')],
      ['threads', [...s.threads].join(', ')],
    ]),
    '',
    'calls',
    ...table(
      Object.entries(s.ioctls.by_name)
        .sort((a, b) => b[1] - a[1])
        .map(([name, count]) => ['', `${count}`, name]),
      [1],
    ),
    '',
    s.vms.length === 0 ? 'no VMs' : 'VMs',
    ...table(
      s.vms.map((vm) => [
        '',
        `VM ${vm.id}`,
        `fd ${vm.fd}`,
        `user range ${vm.user_va_range}`,
        `${plural(vm.binds, 'bind')} of ${plural(vm.bind_ops, 'operation')}`,
        vm.destroyed ? 'destroyed' : 'alive at the end',
      ]),
    ),
  ];
  return `${lines.join('\n')}\n`;
}

function repliesText(replies: string): string {
  if (replies === 'stand-in') return 'a stand-in’s (not to be compared with)';
  return replies === 'kernel' ? 'the kernel’s' : 'a model’s';
}
