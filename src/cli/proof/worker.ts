/** `worker`: does the jobs that explore, conform and review put on a queue. */
import { type Command, InvalidArgumentError } from 'commander';
import { connect } from '../../queue/bullmq.ts';
import { readRuns, readWorkers } from '../../queue/runs.ts';
import { statusText } from '../../queue/status.ts';
import { work } from '../../queue/work.ts';
import { UsageError } from '../exit.ts';
import { answersByStatus, print } from '../io/output.ts';
import { Progress } from '../io/progress.ts';
import { parseJobs } from '../options/explore.ts';

interface Options {
  queue?: string;
  jobs: number;
  idle?: number;
  lost: number;
  status?: true;
  json?: true;
}

function seconds(text: string): number {
  const n = Number(text);
  if (!(n >= 1 && n <= 86_400)) throw new InvalidArgumentError('expected 1 to 86400 seconds');
  return n;
}

export function register(program: Command): void {
  program
    .command('worker')
    .summary('do the jobs that others put on a queue')
    .description(
      'Takes the jobs that `explore --queue`, `conform --queue` and `review --queue` put on a queue, until it is ' +
        'interrupted. Any number of workers on any number of machines share the work; one that is killed loses nothing.',
    )
    .option(
      '--queue <url>',
      'the queue: redis://HOST, a Redis or Valkey server (default: PANTHOR_SHIM_QUEUE)',
    )
    .option('--jobs <n>', 'jobs at a time', parseJobs, 1)
    .option('--idle <seconds>', 'end after so long without a job (default: go on)', seconds)
    .option('--lost <seconds>', 'a job of a worker unheard of for so long is given to another', seconds, 15)
    .option('--status', 'show what is under way on the queue, and work nothing')
    .option('--json', 'with --status: one JSON object')
    .action(action);
}

async function action(options: Options): Promise<void> {
  answersByStatus();
  const queue = options.queue ?? process.env.PANTHOR_SHIM_QUEUE;
  if (queue === undefined || queue === '') throw new UsageError('name a queue: --queue redis://HOST');
  if (options.status) return status(queue, options.json === true);
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  const shown = new Progress('jobs');
  await work(queue, {
    ...{ jobs: options.jobs, idle: options.idle ?? null, lost: options.lost, signal: stop.signal },
    progress: (done, what) => shown.show(done, null, what),
  });
  shown.clear();
}

async function status(queue: string, json: boolean): Promise<void> {
  const { redis } = await connect(queue);
  try {
    const [runs, workers] = await Promise.all([readRuns(redis), readWorkers(redis)]);
    print(json ? `${JSON.stringify({ runs, workers })}\n` : statusText(runs, workers, Date.now()));
  } finally {
    redis.disconnect();
  }
}
