/// <reference lib="dom" />
/** Pages of `report` in a browser: what a reader sees, clicks and presses, and what an accessibility checker says. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import { startBrowser } from './browser.ts';

const top = resolve(import.meta.dirname, '../..');
const program = join(top, 'bin/panthor-shim');
const captures = join(top, 'test/fixtures/captures');
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const minutes = 60_000;
let folder = '';
let browser: Browser | null = null;
let missing = '';

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'panthor-pages-'));
  const started = await startBrowser();
  if ('browser' in started) browser = started.browser;
  else missing = started.why;
}, 10 * minutes);

afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Runs the program, whose status 1 is an answer; gives its standard output. */
function run(args: readonly string[], input = ''): string {
  try {
    return execFileSync(process.execPath, [program, ...args], {
      input,
      encoding: 'utf8',
      stdio: ['pipe', 'pipe', 'ignore'],
    });
  } catch (error) {
    const { status, stdout } = error as { status: number; stdout: string };
    if (status === 1) return stdout;
    throw error;
  }
}

const INPUTS: Readonly<Record<string, () => string>> = {
  capture: () => page([`${captures}/zink-sparse-buffer-basic.jsonl.gz`]),
  'capture with failures': () => page([join(top, 'test/fixtures/cases/large-object-enomem.jsonl')]),
  'schedule of a violation': () =>
    page(
      ['-'],
      run([
        'explore',
        'evict-while-rebinding',
        '--kernel',
        '7.2',
        '--without',
        'unlock-before-disable',
        '--json',
      ]),
    ),
  'two captures': () =>
    page([`${captures}/vulkan-sparse.jsonl.gz`, `${captures}/vulkan-sparse-emulated.jsonl.gz`]),
  'two kernels': () =>
    page(
      ['-'],
      run([
        'replay',
        `${captures}/vulkan-sparse.jsonl.gz`,
        '--kernel',
        '6.18',
        '--diff-kernel',
        '7.2',
        '--json',
      ]),
    ),
  // What `review linux-7.2.13 --base linux-6.12.117` printed of Debian's trees.
  review: () => page([join(top, 'test/fixtures/review/linux-7.2.13.json')]),
  'conformance run': () =>
    page(
      ['-'],
      run(['conform', join(top, 'test/fixtures/vectors/edge-6.12.jsonl.gz'), '--kernel', '7.2', '--json']),
    ),
};

let pages = 0;
function page(inputs: string[], input?: string): string {
  const file = join(folder, `${pages++}.html`);
  run(['report', ...inputs, '-o', file], input);
  return file;
}

interface Opened {
  tab: Page;
  /** Errors of the console, and requests that leave the file. */
  complaints: string[];
}

async function open(
  context: TestContext,
  file: string,
  colorScheme: 'light' | 'dark' = 'light',
): Promise<Opened> {
  if (browser === null) return context.skip(missing);
  const tab = await browser.newPage({ colorScheme, viewport: { width: 1300, height: 900 } });
  const complaints: string[] = [];
  tab.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  tab.on('pageerror', (error) => complaints.push(`${error.stack}`));
  tab.on('request', (request) => {
    if (request.url() !== `file://${file}`) complaints.push(`asks for ${request.url()}`);
  });
  await tab.goto(`file://${file}`);
  await tab.waitForFunction(() => document.documentElement.dataset.ready === 'true');
  return { tab, complaints };
}

/** Serious findings of axe. Scripts of the page's own policy may not run from outside: axe runs in an isolated world. */
async function seriousFindings(tab: Page): Promise<string[]> {
  const session = await tab.context().newCDPSession(tab);
  await session.send('Page.setBypassCSP', { enabled: true });
  await tab.evaluate(axe);
  const result = await tab.evaluate(() => {
    const { axe: checker } = window as unknown as {
      axe: { run(): Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }> };
    };
    return checker.run();
  });
  return result.violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes[0].html.slice(0, 200)}`);
}

/** How many of a canvas' pixels are not of its most frequent colour. */
function drawnPixels(tab: Page, id: string): Promise<number> {
  return tab.evaluate((name) => {
    const canvas = document.getElementById(name) as HTMLCanvasElement;
    const { data } = (canvas.getContext('2d') as CanvasRenderingContext2D).getImageData(
      0,
      0,
      canvas.width,
      canvas.height,
    );
    const counts = new Map<number, number>();
    const words = new Uint32Array(data.buffer);
    for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
    return words.length - Math.max(...counts.values());
  }, id);
}

describe.each(Object.keys(INPUTS))('the page of a %s', (kind) => {
  it.for(['light', 'dark'] as const)(
    'opens in %s without an error or a request, and axe finds nothing serious',
    async (scheme, context) => {
      const { tab, complaints } = await open(context, INPUTS[kind](), scheme);
      expect(await tab.locator('.verdict').first().isVisible()).toBe(true);
      expect(await seriousFindings(tab)).toEqual([]);
      expect(complaints).toEqual([]);
      await tab.close();
    },
  );
});

describe('the page of a capture', () => {
  it('draws mappings and lanes', async (context) => {
    const { tab } = await open(context, INPUTS.capture());
    expect(await drawnPixels(tab, 'map')).toBeGreaterThan(20_000);
    expect(await drawnPixels(tab, 'timeline')).toBeGreaterThan(5_000);
    await tab.close();
  });

  it('finds a VA, shows its mapping with the call and the walk that `vm --walk` prints', async (context) => {
    const { tab } = await open(context, INPUTS.capture());
    await tab.fill('#query', '0x3fffff770000');
    await tab.press('#query', 'Enter');
    await tab.getByRole('button', { name: /BO 16/ }).first().click();
    const panel = tab.locator('#panel');
    await panel.getByText('AS_TRANSTAB').waitFor();
    const said = (await panel.textContent()) ?? '';
    expect(said).toContain('va=0x3fffff770000');
    const walk = JSON.parse(
      run([
        'vm',
        `${captures}/zink-sparse-buffer-basic.jsonl.gz`,
        '--at',
        '274',
        '--walk',
        '1@0x3fffff770000',
        '--json',
      ]),
    ) as { steps: { pa: string; descriptor: string }[]; ttbr: string };
    expect(walk.steps).toHaveLength(4);
    expect(said).toContain(`AS_TRANSTAB ${walk.ttbr}`);
    for (const { pa, descriptor } of walk.steps) {
      expect(said).toContain(pa);
      expect(said).toContain(descriptor.replace('0x', '').padStart(16, '0'));
    }
    await tab.close();
  });

  it.for([
    ['#210', 'Record 210'],
    ['BO 40', 'Mapping at'],
    ['GROUP_SUBMIT', 'GROUP_SUBMIT'],
  ])('finds %s', async ([question, title], context) => {
    const { tab } = await open(context, INPUTS.capture());
    await tab.fill('#query', question);
    await tab.press('#query', 'Enter');
    await tab.locator('#panel h2', { hasText: title }).waitFor();
    await tab.close();
  });

  it('shows the op where the map is clicked, and the call where the timeline is', async (context) => {
    const { tab } = await open(context, INPUTS.capture());
    const box = await tab.locator('#map').boundingBox();
    if (box === null) throw new Error('the map is not there');
    // BO 8 is the large mapping that lives from the beginning nearly to the end.
    const found = async (): Promise<boolean> => {
      for (let y = 30; y < box.height; y += 8) {
        await tab.mouse.click(box.x + box.width * 0.6, box.y + y);
        const text = (await tab.locator('#panel').textContent()) ?? '';
        if (/BO 8\b/.test(text) && text.includes('VM_BIND')) return true;
      }
      return false;
    };
    expect(await found()).toBe(true);
    await tab.locator('#timeline').click({ position: { x: 500, y: 34 } });
    await tab.locator('#panel h2', { hasText: 'Record' }).waitFor();
    await tab.close();
  });

  it('shows the walk of the address that is clicked, as it was at the record that is clicked', async (context) => {
    const { tab } = await open(context, INPUTS.capture());
    const panel = tab.locator('#panel');
    const asked = async (x: number, y: number): Promise<[at: string, place: string] | null> => {
      await tab.locator('#map').click({ position: { x, y } });
      await panel.getByText('TLB').waitFor();
      const match = /panthor-shim vm \S+ --at (\d+) --walk \d+:(\d+@0x[0-9a-f]+)/.exec(
        (await panel.textContent()) ?? '',
      );
      return match && [match[1], match[2]];
    };
    const box = await tab.locator('#map').boundingBox();
    let walks = 0;
    for (let i = 0; i < 40 && walks < 4; i++) {
      const found = await asked(170 + ((i * 97) % 550), 30 + ((i * 53) % ((box?.height ?? 0) - 40)));
      const said = (await panel.textContent()) ?? '';
      if (found === null || !said.startsWith('Mapping at')) continue;
      const [at, place] = found;
      const walk = JSON.parse(
        run(['vm', `${captures}/zink-sparse-buffer-basic.jsonl.gz`, '--at', at, '--walk', place, '--json']),
      ) as { steps: { pa: string; descriptor: string }[]; pa: string };
      expect(said).toContain(`The walk of ${place.split('@')[1]} after record ${at}`);
      for (const { pa, descriptor } of walk.steps) {
        expect(said).toContain(pa);
        expect(said).toContain(descriptor.replace('0x', '').padStart(16, '0'));
      }
      expect(said).toContain(`physical ${walk.pa},`);
      walks++;
    }
    expect(walks).toBe(4);
    await tab.close();
  });

  it('says of each record who sits in which slot, what it locked, and what is mapped then', async (context) => {
    const { tab } = await open(context, INPUTS.capture());
    const panel = tab.locator('#panel');
    for (const record of [0, 60, 120, 200, 274]) {
      await tab.fill('#query', `#${record}`);
      await tab.press('#query', 'Enter');
      await panel.getByText(`After record ${record}`).waitFor();
      const said = (await panel.textContent()) ?? '';
      const { vms } = JSON.parse(
        run(['vm', `${captures}/zink-sparse-buffer-basic.jsonl.gz`, '--at', `${record}`, '--json']),
      ) as { vms: { id: number; as: number | null; vmas: unknown[] }[] };
      if (vms.length === 0) expect(said).toContain('there is no VM');
      for (const { id, as, vmas } of vms) {
        if (vmas.length > 0)
          expect(said).toMatch(new RegExp(`VM ${id} of fd \\d+: [\\d.]+ .iB in ${vmas.length} m`));
        if (as !== null) expect(said).toContain(`AS ${as}: VM ${id} of`);
        else expect(said).not.toMatch(new RegExp(`AS \\d: VM ${id} of`));
      }
    }
    await tab.close();
  });

  it('says that nothing is mapped where the map is empty, and what was at other times', async (context) => {
    const { tab } = await open(context, INPUTS.capture());
    // The first records map nothing.
    await tab.locator('#map').click({ position: { x: 153, y: 200 } });
    await tab.locator('#panel h2', { hasText: 'nothing is mapped' }).waitFor();
    const other = tab.locator('#panel').getByText('Mappings that held it at other times');
    await other.waitFor();
    await tab.locator('#panel ul button').first().click();
    await tab.locator('#panel h2', { hasText: 'Mapping at' }).waitFor();
    await tab.close();
  });

  it('is reached by the keyboard alone: search, map, next call, next mapping, details, table', async (context) => {
    const { tab } = await open(context, INPUTS.capture());
    const reached = new Set<string>();
    for (let i = 0; i < 60; i++) {
      await tab.keyboard.press('Tab');
      reached.add(
        await tab.evaluate(() => document.activeElement?.id || (document.activeElement?.tagName ?? '')),
      );
    }
    for (const id of ['theme', 'query', 'axis', 'vm', 'fit', 'map', 'timeline', 'before', 'after'])
      expect([...reached]).toContain(id);
    // What a key does, it does when it goes down: it can be held.
    await tab.keyboard.down('/');
    expect(await tab.evaluate(() => document.activeElement?.id)).toBe('query');
    await tab.keyboard.up('/');
    await tab.focus('#map');
    const before = await tab.evaluate(() =>
      (document.getElementById('map') as HTMLCanvasElement).toDataURL(),
    );
    await tab.keyboard.press('+');
    await tab.waitForTimeout(100);
    expect(
      await tab.evaluate(() => (document.getElementById('map') as HTMLCanvasElement).toDataURL()),
    ).not.toBe(before);
    await tab.keyboard.down('n');
    await tab.locator('#panel h2', { hasText: 'Record 0' }).waitFor();
    await tab.keyboard.down('n');
    await tab.locator('#panel h2', { hasText: 'Record 1' }).waitFor();
    await tab.keyboard.up('n');
    await tab.keyboard.press('m');
    await tab.locator('#panel h2', { hasText: 'Mapping at' }).waitFor();
    await tab.keyboard.press('Enter');
    expect(await tab.evaluate(() => document.activeElement?.id)).toBe('panel');
    await tab.close();
  });

  it('opens where its address points to, and changes between light and dark', async (context) => {
    const { tab } = await open(context, INPUTS.capture());
    await tab.evaluate(() => {
      location.hash = '#r100';
    });
    await tab.locator('#panel h2', { hasText: 'Record 100' }).waitFor();
    const colour = (): Promise<string> => tab.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const light = await colour();
    await tab.click('#theme');
    expect(await colour()).not.toBe(light);
    await tab.close();
  });
});

/** What the map says that it shows. */
async function shown(tab: Page): Promise<[first: number, last: number]> {
  await tab.waitForTimeout(100);
  const label = (await tab.getAttribute('#map', 'aria-label')) ?? '';
  const [, first, last] = /records (\d+) to (\d+)/.exec(label) ?? [];
  return [Number(first), Number(last)];
}

describe('fingers on the map', () => {
  /** Moves touch points from where they begin to where they end, in ten steps. */
  async function touch(
    tab: Page,
    from: [x: number, y: number][],
    to: [x: number, y: number][],
  ): Promise<void> {
    const session = await tab.context().newCDPSession(tab);
    const points = (part: number) =>
      from.map(([x, y], id) => ({ id, x: x + (to[id][0] - x) * part, y: y + (to[id][1] - y) * part }));
    await session.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: points(0) });
    for (let i = 1; i <= 10; i++)
      await session.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: points(i / 10) });
    await session.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
  }

  it('zoom with two of them where they are, and move with one', async (context) => {
    if (browser === null) return context.skip(missing);
    const touching = await browser.newContext({ hasTouch: true, viewport: { width: 1300, height: 900 } });
    const tab = await touching.newPage();
    await tab.goto(`file://${INPUTS.capture()}`);
    await tab.waitForFunction(() => document.documentElement.dataset.ready === 'true');
    await tab.locator('#map').scrollIntoViewIfNeeded();
    const box = await tab.locator('#map').boundingBox();
    if (box === null) throw new Error('the map is not there');
    const [x, y] = [box.x + 150 + (box.width - 150) / 2, box.y + 200];
    const all = await shown(tab);
    await touch(
      tab,
      [
        [x - 40, y],
        [x + 40, y],
      ],
      [
        [x - 160, y],
        [x + 160, y],
      ],
    );
    const zoomed = await shown(tab);
    const size = ([first, last]: [number, number]): number => last - first;
    expect(size(zoomed)).toBeLessThan(size(all) * 0.5);
    // The middle between the fingers stays where it was.
    expect(Math.abs((zoomed[0] + zoomed[1]) / 2 - (all[0] + all[1]) / 2)).toBeLessThan(size(all) * 0.1);
    await touch(tab, [[x, y]], [[x - 200, y]]);
    const moved = await shown(tab);
    expect(moved[0]).toBeGreaterThan(zoomed[0]);
    expect(Math.abs(size(moved) - size(zoomed))).toBeLessThanOrEqual(1);
    await touching.close();
  });
});

describe('a page that is printed', () => {
  it.for(['capture', 'schedule of a violation', 'review'])(
    '%s: light, nothing cut off',
    async (kind, context) => {
      const { tab, complaints } = await open(context, INPUTS[kind](), 'dark');
      await tab.click('#theme');
      await tab.click('#theme');
      await tab.emulateMedia({ media: 'print', colorScheme: 'dark' });
      await tab.waitForTimeout(200);
      const found = await tab.evaluate(() => {
        const background = (element: Element): string => getComputedStyle(element).backgroundColor;
        const boxes = [...document.querySelectorAll('section, aside, aside pre, .scroll, .findings')].filter(
          (element) => (element as HTMLElement).offsetParent !== null,
        );
        const hidden = [...document.querySelectorAll('.state .same')].filter(
          (element) => getComputedStyle(element).display === 'none',
        );
        const map = document.getElementById('map') as HTMLCanvasElement | null;
        const pixel = map?.getContext('2d')?.getImageData(2, map.height - 2, 1, 1).data;
        return {
          body: background(document.body),
          sections: [...new Set([...document.querySelectorAll('section')].map(background))],
          cut: boxes
            .filter(({ scrollHeight, clientHeight }) => scrollHeight > clientHeight + 2)
            .map((e) => e.className),
          hidden: hidden.length,
          ink: getComputedStyle(document.body).color,
          map: pixel === undefined ? 'rgb(255, 255, 255)' : `rgb(${pixel[0]}, ${pixel[1]}, ${pixel[2]})`,
        };
      });
      expect(found).toEqual({
        body: 'rgb(255, 255, 255)',
        sections: ['rgb(255, 255, 255)'],
        cut: [],
        hidden: 0,
        ink: 'rgb(20, 24, 29)',
        map: 'rgb(255, 255, 255)',
      });
      expect(complaints).toEqual([]);
      await tab.close();
    },
  );
});

describe('frames', () => {
  it('that were moved together show what one drawn anew shows', async (context) => {
    const { tab } = await open(context, INPUTS.capture());
    /** Keeps what the drawings show, or says what part of it is otherwise now. */
    const compare = (keep: boolean): Promise<number> =>
      tab.evaluate((first) => {
        const holder = window as unknown as { kept: Uint8ClampedArray[] };
        const now = ['map', 'timeline'].map((id) => {
          const canvas = document.getElementById(id) as HTMLCanvasElement;
          const drawing = canvas.getContext('2d') as CanvasRenderingContext2D;
          return drawing.getImageData(0, 0, canvas.width, canvas.height).data;
        });
        if (first) holder.kept = now;
        let [other, all] = [0, 0];
        now.forEach((data, which) => {
          all += data.length;
          for (let at = 0; at < data.length; at++)
            if (Math.abs(data[at] - holder.kept[which][at]) > 40) other++;
        });
        return other / all;
      }, keep);
    for (const key of ['+', '+', '*', '*']) await tab.press('#map', key);
    for (const key of ['ArrowRight', 'ArrowRight', 'ArrowDown', 'ArrowLeft', 'ArrowUp', 'ArrowRight']) {
      await tab.press('#map', key);
      await tab.waitForTimeout(40);
    }
    await compare(true);
    // Another theme and back: all is drawn again.
    await tab.click('#theme');
    await tab.waitForTimeout(40);
    await tab.click('#theme');
    await tab.waitForTimeout(40);
    // Edges may be a pixel off, and textures begin elsewhere.
    expect(await compare(false)).toBeLessThan(0.03);
    await tab.press('#map', 'ArrowLeft');
    await tab.waitForTimeout(40);
    expect(await compare(false)).toBeGreaterThan(0.03);
    await tab.close();
  });
});

describe.each(['schedule of a violation', 'two captures', 'two kernels', 'conformance run', 'review'])(
  'the page of a %s',
  (kind) => {
    it('is reached by the keyboard alone: theme, table, rows', async (context) => {
      const { tab } = await open(context, INPUTS[kind]());
      const reached = new Set<string>();
      for (let i = 0; i < 30; i++) {
        await tab.keyboard.press('Tab');
        reached.add(
          await tab.evaluate(() => document.activeElement?.id || (document.activeElement?.tagName ?? '')),
        );
      }
      expect([...reached]).toContain('theme');
      const row = tab.locator('table.stepper tbody tr').first();
      await row.focus();
      await tab.keyboard.down('End');
      expect(await tab.locator('tr[data-current]').count()).toBe(1);
      await tab.keyboard.up('End');
      expect([...reached]).toContain('TR');
      await tab.close();
    });
  },
);

describe('the page of a schedule', () => {
  it('is gone through with the arrow keys, and shows all that a step leaves behind', async (context) => {
    const { tab } = await open(context, INPUTS['schedule of a violation']());
    await tab.locator('table.stepper tbody tr').first().focus();
    const hidden = await tab.locator('tr:nth-child(3) .same').first().isVisible();
    await tab.keyboard.press('ArrowDown');
    await tab.keyboard.press('ArrowDown');
    expect(hidden).toBe(false);
    expect(await tab.locator('tr[data-current] th').textContent()).toBe('3');
    expect(await tab.locator('tr:nth-child(3) .same').first().isVisible()).toBe(true);
    await tab.close();
  });
});
