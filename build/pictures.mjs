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

/** Name, inputs of `report` (and its standard input), height of the window, and what is done before the picture. */
const PICTURES = [
  ['map', [`${captures}/vulkan-sparse.jsonl.gz`], '', 1180, (tab) => tab.click('#fit')],
  [
    'mapping',
    [`${captures}/vulkan-sparse.jsonl.gz`],
    '',
    1000,
    async (tab) => {
      await tab.fill('#query', '0x7ffffe810000');
      await tab.press('#query', 'Enter');
      await tab.locator('#panel').getByText('AS_TRANSTAB').waitFor();
      for (let i = 0; i < 4; i++) await tab.press('#map', '-');
    },
  ],
  [
    'schedule',
    ['-'],
    () => run(['explore', 'rebind-while-accessing', '--kernel', '6.12', '--json']),
    760,
    (tab) => tab.locator('table.stepper tbody tr').last().click(),
  ],
  [
    'difference',
    ['-'],
    () =>
      run([
        'replay',
        `${captures}/vulkan-sparse.jsonl.gz`,
        '--kernel',
        '6.18',
        '--diff-kernel',
        '7.2',
        '--json',
      ]),
    760,
    (tab) => tab.locator('table.stepper tbody tr').first().click(),
  ],
];

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
});
try {
  for (const [name, inputs, input, height, prepare] of PICTURES) {
    const html = join(folder, `${name}.html`);
    run(['report', ...inputs, '-o', html], typeof input === 'function' ? input() : input);
    for (const colorScheme of ['light', 'dark']) {
      const tab = await browser.newPage({ colorScheme, viewport: { width: 1240, height } });
      await tab.goto(`file://${html}`);
      await tab.waitForFunction(() => document.documentElement.dataset.ready === 'true');
      await prepare(tab);
      await tab.evaluate(() => document.activeElement?.blur());
      await tab.waitForTimeout(300);
      await tab.screenshot({ path: join(top, `docs/pictures/${name}-${colorScheme}.png`) });
      await tab.close();
    }
  }
} finally {
  await browser.close();
  rmSync(folder, { recursive: true, force: true });
}
