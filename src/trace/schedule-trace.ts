/** A schedule of the explorer as a trace: a track a thread, a slice a step; a step is a microsecond long, time has no unit there. */
import type { TraceWriter, Track } from './writer.ts';

export interface ScheduleStep {
  thread: string;
  action: string;
  details: readonly string[];
  /** Lines about slots, regions, TLB and page tables after it; `NAME: what it holds`. */
  state: readonly string[];
}

/** One step. ns */
const STEP_NS = 1000;
const PID = 1;

/** `title` names the process; `broken` is the invariant that the last step breaks, or null. */
export function writeSchedule(
  writer: TraceWriter,
  title: string,
  steps: readonly ScheduleStep[],
  broken: string | null,
): void {
  writer.clocks(0);
  const process = writer.process(PID, title);
  const names = [...new Set(steps.map(({ thread }) => thread))];
  const threads = new Map(
    names.map((name, i): [string, Track] => [name, writer.thread(PID, PID + 1 + i, name)]),
  );
  const holders = new Map<string, { track: Track; text: string }>();
  steps.forEach(({ thread, action, details, state }, i) => {
    const track = threads.get(thread) as Track;
    const time = i * STEP_NS;
    const annotations = { step: i + 1, ...(details.length > 0 ? { details: details.join('; ') } : {}) };
    writer.begin(track, time, 'step', action, { annotations });
    for (const line of state) hold(writer, process, holders, line, time);
    writer.end(track, time + STEP_NS);
  });
  const end = steps.length * STEP_NS;
  for (const { track } of holders.values()) writer.end(track, end);
  if (broken !== null) writer.instant(writer.track('broken invariant', process), end, 'violation', broken);
}

/** A track for each thing that holds something, with a slice as long as it is the same. */
function hold(
  writer: TraceWriter,
  process: Track,
  holders: Map<string, { track: Track; text: string }>,
  line: string,
  time: number,
): void {
  const [name, ...rest] = line.split(': ');
  const text = rest.length > 0 ? rest.join(': ') : line;
  const before = holders.get(name);
  if (before?.text === text) return;
  if (before !== undefined) writer.end(before.track, time);
  const track = before?.track ?? writer.track(name, process);
  writer.begin(track, time, 'state', text);
  holders.set(name, { track, text });
}
