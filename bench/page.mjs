/**
 * How a report of a large capture behaves in a browser: size of the file, time until it is drawn, frames a second while the
 * reader pans with two thirds of everything in view, and CPU time of the page's thread for each of these frames.
 *
 *     node bench/page.mjs [RECORDS] [--json]        default 200000
 *
 * Needs dist/ (npm run build) and Chromium: /usr/bin/chromium, or what CHROMIUM names.
 */
import { execFileSync } from 'node:child_process';
import { createWriteStream, existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { writeCapture } from './capture-stream.mjs';

const program = fileURLToPath(new URL('../bin/panthor-shim', import.meta.url));
const records = Number(process.argv.slice(2).find((word) => /^\d+$/.test(word)) ?? 200_000);
/** A page of the same size that was kept, for a measurement alone: --page FILE. */
const kept = process.argv.includes('--page') ? process.argv[process.argv.indexOf('--page') + 1] : null;
const dir = mkdtempSync(join(tmpdir(), 'panthor-page-'));

/** In the browser: keys move the view, one a frame, for four seconds. */
function pan(keys) {
  const canvas = document.getElementById('map');
  const times = [];
  return new Promise((done) => {
    let before = performance.now();
    const end = before + 4000;
    const frame = (now) => {
      times.push(now - before);
      before = now;
      if (now > end) {
        const sorted = times.sort((a, b) => a - b);
        done({ frames: times.length, slowest_ms: sorted[Math.floor(times.length * 0.95)] });
        return;
      }
      const key = keys[times.length % keys.length];
      canvas.dispatchEvent(new KeyboardEvent('keydown', { key }));
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  });
}

/** Frames a second, the 95th percentile of a frame's time, and what a frame costs the page's thread in CPU time. */
async function panning(tab, session, keys) {
  const cpu = async () => {
    const { metrics } = await session.send('Performance.getMetrics');
    return metrics.find(({ name }) => name === 'TaskDuration').value;
  };
  const before = await cpu();
  const { frames, slowest_ms } = await tab.evaluate(pan, keys);
  const used = (await cpu()) - before;
  return {
    fps: Math.round(frames / 0.4) / 10,
    p95_ms: Math.round(slowest_ms),
    cpu_ms_a_frame: Math.round((used * 10_000) / frames) / 10,
  };
}

async function measure(html) {
  const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  try {
    const tab = await browser.newPage({ viewport: { width: 1400, height: 1000 } });
    const session = await tab.context().newCDPSession(tab);
    // CPU time of the thread: other programs of the machine do not count.
    await session.send('Performance.enable', { timeDomain: 'threadTicks' });
    await tab.goto(`file://${html}`);
    await tab.waitForFunction(() => document.documentElement.dataset.ready === 'true');
    const [words, drawn] = await tab.evaluate(() =>
      ['first-contentful-paint', 'drawn'].map((name) =>
        Math.round(performance.getEntriesByName(name)[0]?.startTime),
      ),
    );
    // With all in view there is nowhere to pan to: two thirds of it each way.
    for (const key of ['+', '*']) await tab.press('#map', key);
    const sides = ['ArrowRight', 'ArrowRight', 'ArrowLeft', 'ArrowLeft'];
    const most = await panning(tab, session, sides);
    const up = await panning(tab, session, ['ArrowDown', 'ArrowUp']);
    const zoom = await panning(tab, session, ['-', '+']);
    await tab.press('#map', '0');
    for (let i = 0; i < 8; i++) await tab.press('#map', '+');
    const near = await panning(tab, session, ['ArrowRight', 'ArrowRight', 'ArrowLeft']);
    return { first_paint_ms: words, drawn_ms: drawn, most, most_up_and_down: up, zooming: zoom, near };
  } finally {
    await browser.close();
  }
}

try {
  const capture = join(dir, 'capture.ptcap');
  const html = kept ?? join(dir, 'page.html');
  let made = 0;
  if (kept === null || !existsSync(kept)) {
    const file = createWriteStream(capture);
    await writeCapture(file, records, 'ptcap');
    file.end();
    await finished(file);
    const begun = performance.now();
    execFileSync(process.execPath, [program, 'report', capture, '-o', html], { stdio: 'ignore' });
    made = Math.round(performance.now() - begun) / 1000;
  }
  const result = { records, made_s: made, file_mb: statSync(html).size / 1e6, ...(await measure(html)) };
  if (process.argv.includes('--json')) process.stdout.write(`${JSON.stringify(result)}\n`);
  else console.log(result);
} finally {
  rmSync(dir, { recursive: true, force: true });
}
