/**
 * How a report of a large capture behaves in a browser: size of the file, time until it is drawn, frames a second while the
 * reader pans.
 *
 *     node bench/page.mjs [RECORDS] [--json]        default 200000
 *
 * Needs dist/ (npm run build) and Chromium: /usr/bin/chromium, or what CHROMIUM names.
 */
import { execFileSync } from 'node:child_process';
import { createWriteStream, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { writeCapture } from './capture-stream.mjs';

const program = fileURLToPath(new URL('../bin/panthor-shim', import.meta.url));
const records = Number(process.argv.slice(2).find((word) => /^\d+$/.test(word)) ?? 200_000);
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
        const mean = times.reduce((sum, time) => sum + time, 0) / times.length;
        done({ fps: Math.round(10_000 / mean) / 10, slowest_ms: Math.round(Math.max(...times)) });
        return;
      }
      const key = keys[times.length % keys.length];
      canvas.dispatchEvent(new KeyboardEvent('keydown', { key }));
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  });
}

async function measure(html) {
  const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  try {
    const tab = await browser.newPage({ viewport: { width: 1400, height: 1000 } });
    await tab.goto(`file://${html}`);
    await tab.waitForFunction(() => document.documentElement.dataset.ready === 'true');
    const [words, drawn] = await tab.evaluate(() =>
      ['first-contentful-paint', 'drawn'].map((name) =>
        Math.round(performance.getEntriesByName(name)[0]?.startTime),
      ),
    );
    const whole = await tab.evaluate(pan, ['ArrowRight', 'ArrowLeft', 'ArrowUp', 'ArrowDown']);
    for (let i = 0; i < 8; i++) await tab.press('#map', '+');
    const near = await tab.evaluate(pan, ['ArrowRight']);
    return { first_paint_ms: words, drawn_ms: drawn, all: whole, near };
  } finally {
    await browser.close();
  }
}

try {
  const capture = join(dir, 'capture.ptcap');
  const html = join(dir, 'page.html');
  const file = createWriteStream(capture);
  await writeCapture(file, records, 'ptcap');
  file.end();
  await finished(file);
  const begin = performance.now();
  execFileSync(process.execPath, [program, 'report', capture, '-o', html], { stdio: 'ignore' });
  const made = Math.round(performance.now() - begin) / 1000;
  const result = { records, made_s: made, file_mb: statSync(html).size / 1e6, ...(await measure(html)) };
  if (process.argv.includes('--json')) process.stdout.write(`${JSON.stringify(result)}\n`);
  else console.log(result);
} finally {
  rmSync(dir, { recursive: true, force: true });
}
