import { execFileSync, spawn } from 'node:child_process';
import { createReadStream, createWriteStream } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { createGunzip } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { openCapture } from '../../src/capture/reader.ts';
import { leftText, progressText } from '../../src/cli/io/progress.ts';
import { temporary } from '../page/temporary.ts';
import { program } from './program.ts';

const capture = 'test/fixtures/captures/vulkan-sparse.jsonl.gz';

describe('progress', () => {
  it('has a rate, and an end where the size is known', () => {
    expect(progressText(12_000, 'records', 0.25, 2)).toBe('12,000 records (25 %), 6,000/s, 6 s left');
    expect(progressText(9, 'streams', null, 3)).toBe('9 streams, 3.0/s');
    expect([leftText(0.2), leftText(600), leftText(9000)]).toEqual(['1 s', '10 min', '2.5 h']);
  });

  it('knows how much of a file was read, compressed or not, and nothing of a stream', async () => {
    const reader = await openCapture(capture);
    const before = reader.portion() ?? 1;
    await reader.each(() => {});
    expect(before).toBeGreaterThan(0);
    expect(before).toBeLessThanOrEqual(1);
    expect(reader.portion()).toBe(1);
  });
});

describe('--follow', () => {
  it.each(process.env.PANTHOR_SHIM_SLOW === undefined ? ['info'] : ['info', 'replay'])(
    '%s says what has come of a FIFO while it is written',
    async (command) => {
      const fifo = temporary('fifo');
      execFileSync('mkfifo', [fifo]);
      const child = spawn(process.execPath, [program, command, fifo, '--follow']);
      let [out, err] = ['', ''];
      child.stdout.on('data', (chunk) => (out += chunk));
      child.stderr.on('data', (chunk) => (err += chunk));
      const ended = new Promise((done) => child.on('close', done));
      const writer = createWriteStream(fifo);
      for await (const chunk of createReadStream(capture).pipe(createGunzip())) writer.write(chunk);
      while (!err.includes('records')) await setTimeout(50);
      expect(out).toBe('');
      expect(err).toMatch(/^\d+\.\d s: \d+ records \(\d+\/s\), \d+ failed, /);
      // Ctrl-C ends the reading; the report follows.
      child.kill('SIGINT');
      await ended;
      writer.destroy();
      expect(out).toMatch(/records +\d+: /);
    },
  );
});
