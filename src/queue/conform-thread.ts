/** A thread that plays streams of vectors, job after job, as it is told. */
import { parentPort } from 'node:worker_threads';
import { StreamPlayer } from '../conform/job.ts';
import { type StreamsJob, unpackStreams } from './streams.ts';

parentPort?.on('message', (job: StreamsJob) => {
  try {
    const player = new StreamPlayer(job);
    parentPort?.postMessage({
      value: unpackStreams(job.streams).map(({ file, stream }) => player.play(stream, file)),
    });
  } catch (error) {
    const { name, message } = error as Error;
    parentPort?.postMessage({ error: `${name}: ${message}` });
  }
});
