/**
 * npm run docs:pictures: the pictures of docs/pictures, in light and dark, of pages that the commands make which stand beside
 * them in docs/report.md. Needs dist/ and Chromium: /usr/bin/chromium, or what CHROMIUM names.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const top = fileURLToPath(new URL('..', import.meta.url));
const program = join(top, 'bin/panthor-shim');
const captures = 'examples/captures';
const folder = mkdtempSync(join(tmpdir(), 'panthor-pictures-'));

/** Standard output of the program, whose status 1 is an answer. */
function run(args, input = '') {
  try {
    return execFileSync(process.execPath, [program, ...args], {
      cwd: top,
      input,
      stdio: ['pipe', 'pipe', 'ignore'],
    });
  } catch (error) {
    if (error.status !== 1) throw error;
    return error.stdout;
  }
}

const sparse = `${captures}/vulkan-sparse.jsonl.gz`;
const fixtures = 'test/fixtures';
const firstRow = (tab) => tab.locator('table.stepper tbody tr').first().click();

/** Name, inputs of `report` (and its standard input), height of the window, and what is done before the picture. */
const PICTURES = [
  ['map', [sparse], '', 1200, (tab) => tab.click('#fit')],
  [
    'mapping',
    [sparse],
    '',
    1000,
    async (tab) => {
      await tab.fill('#query', '0x7ffffe810000');
      await tab.press('#query', 'Enter');
      await tab.locator('#hits button').last().click();
      await tab.locator('#panel').getByText('after record 97').first().waitFor();
      for (let i = 0; i < 4; i++) await tab.press('#map', '-');
    },
  ],
  [
    'timeline',
    [sparse],
    '',
    1300,
    async (tab) => {
      await tab.fill('#query', '#188');
      await tab.press('#query', 'Enter');
      await tab.locator('#panel').getByText('After record 188').waitFor();
      for (let i = 0; i < 5; i++) await tab.press('#map', '+');
    },
    '.views',
  ],
  [
    'schedule',
    ['-'],
    () => run(['explore', 'rebind-while-accessing', '--kernel', '6.12', '--json']),
    960,
    (tab) => tab.locator('table.stepper tbody tr').last().click(),
  ],
  ['difference', [sparse, `${fixtures}/captures/vulkan-sparse-emulated.jsonl.gz`], '', 760, firstRow],
  [
    'kernels',
    ['-'],
    () =>
      run([
        'replay',
        `${fixtures}/captures/zink-sparse-buffer-basic.jsonl.gz`,
        ...['--kernel', '7.1', '--diff-kernel', '7.2', '--json'],
      ]),
    760,
    firstRow,
  ],
  [
    'conformance',
    ['-'],
    () =>
      run([
        'conform',
        `${fixtures}/vectors/edge-7.2.jsonl.gz`,
        ...['--without', 'unlock-before-disable', '--json'],
      ]),
    760,
    firstRow,
  ],
  ['review', [`${fixtures}/review/linux-7.2.13.json`], '', 860, firstRow],
];

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
});
try {
  for (const [name, inputs, input, height, prepare, part] of PICTURES) {
    const html = join(folder, `${name}.html`);
    run(['report', ...inputs, '-o', html], typeof input === 'function' ? input() : input);
    for (const colorScheme of ['light', 'dark']) {
      const tab = await browser.newPage({ colorScheme, viewport: { width: 1240, height } });
      await tab.goto(`file://${html}`);
      await tab.waitForFunction(() => document.documentElement.dataset.ready === 'true');
      await prepare(tab);
      await tab.evaluate(() => document.activeElement?.blur());
      await tab.waitForTimeout(300);
      const path = join(top, `docs/pictures/${name}-${colorScheme}.png`);
      await (part === undefined ? tab : tab.locator(part)).screenshot({ path });
      await tab.close();
    }
  }
} finally {
  await browser.close();
  rmSync(folder, { recursive: true, force: true });
}
