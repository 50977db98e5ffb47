/** Pages as files: what is in them, and that nothing of a stranger's gets out of its place. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { reviewJson } from '../../src/review/report.ts';
import { panthorShim as cli } from '../cli/program.ts';
import { temporary } from './temporary.ts';

const captures = 'test/fixtures/captures';

async function pageOf(...args: string[]): Promise<string> {
  const file = temporary('page.html');
  const result = await cli(['report', ...args, '-o', file]);
  expect(result.stderr).toMatch(/page\.html: [\d.]+ MiB/);
  expect(result.status).toBe(0);
  return readFileSync(file, 'utf8');
}

/** A page without its code: that is long, and failures show what was compared. */
const words = (page: string): string => page.replace(/<(script|style)\b[\s\S]*?<\/\1>/g, '');

describe('a page', () => {
  it('says first what is wrong, has its data in itself, and allows its own script alone', async () => {
    const page = await pageOf(`${captures}/vulkan-sparse.jsonl.gz`);
    expect(words(page)).toContain('Nothing is wrong');
    expect(page.slice(-40_000_000)).toSatisfy((text: string) =>
      /<script type="application\/octet-stream" id="details-0">/.test(text),
    );
    const script = /<script>([\s\S]*)<\/script>/.exec(page)?.[1] as string;
    const digest = createHash('sha256').update(script).digest('base64');
    expect(page.slice(0, 1000)).toContain(`default-src 'none'; script-src 'sha256-${digest}'`);
    const outside = [...page.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, to]) => to);
    expect(outside).toEqual(['#main']);
  });

  it('lists calls that end otherwise, with the record', async () => {
    const page = await pageOf('test/fixtures/cases/captured-on-uapi-1.5.jsonl', '--kernel', '7.2');
    expect(words(page)).toMatch(/<p class="verdict (bad|odd)">/);
    expect(words(page)).toMatch(/data-record="\d+"/);
  });

  it('shows the names of strangers as text', async () => {
    const page = await pageOf('test/fixtures/attack/escape-label.jsonl');
    expect(page.includes('\u001b')).toBe(false);
    const { schedulePage } = await import('../../dist/src/page/schedule-page.js' as string);
    const json = {
      scenario: '<script>x</script>',
      kernel: '"',
      verdict: 'holds',
      invariant: null,
      message: null,
    };
    const html = schedulePage({ ...json, states: 1, schedules: 1, token: null, steps: [] }) as string;
    expect(words(html)).toContain('&lt;script&gt;x&lt;/script&gt;');
    expect(words(html)).not.toContain('<script>x');
  });

  it('is made of a part of a capture', async () => {
    const page = await pageOf(`${captures}/vulkan-sparse.jsonl.gz`, '--records', '20-40');
    expect(words(page)).toContain('The page begins with record 20');
    expect(words(page)).toContain('The page ends with record 40');
  });

  it('is refused for what is neither a capture nor of ours, and for three inputs', async () => {
    const other = await cli(['report', 'package.json', '-o', temporary('x.html')]);
    expect(other.status).toBe(3);
    const many = await cli(['report', 'a', 'b', 'c', '-o', temporary('x.html')]);
    expect(many.status).toBe(2);
  });
});

describe('pages of results', () => {
  it.each([
    [
      'explore',
      ['explore', 'rebind-while-accessing', '--kernel', '6.12'],
      'atomic: read A',
      'The same schedule on other kernels',
    ],
    [
      'conform',
      ['conform', 'test/fixtures/vectors/edge-7.2.jsonl.gz'],
      'streams end as the kernel',
      'Conformance run',
    ],
    [
      'two kernels',
      ['replay', `${captures}/vulkaninfo.jsonl.gz`, '--kernel', '6.18', '--diff-kernel', '7.2'],
      'records',
      '6.18 → 7.2',
    ],
    [
      'diff',
      ['diff', `${captures}/vulkan-sparse.jsonl.gz`, `${captures}/vulkaninfo.jsonl.gz`],
      'in the first alone',
      'What differs',
    ],
  ])(
    '%s --json becomes a page, from a file and from standard input',
    async (_name, command, first, second) => {
      const { stdout } = await cli([...command, '--json']);
      const file = temporary('page.html');
      const made = await cli(['report', '-', '-o', file], stdout);
      expect(made.status).toBe(0);
      const page = readFileSync(file, 'utf8');
      expect(words(page)).toContain(first);
      expect(words(page)).toContain(second);
    },
  );

  it('a token becomes the page of its schedule', async () => {
    const { stdout } = await cli(['explore', 'rebind-while-accessing', '--kernel', '6.12', '--json']);
    const { token, steps } = JSON.parse(`${stdout}`) as { token: string; steps: unknown[] };
    const page = await pageOf(token);
    expect(page.match(/<td class="act /g)?.length).toBe(steps.length);
    expect(words(page)).toContain('<tr class="broken">');
  });
});

describe('the page of a review', () => {
  const review = {
    base: "the model's 7.2",
    tree: 'linux 7.2 <patched>',
    scenarios: 12,
    forTheModelAlone: ['gpu-only'],
    streams: 3,
    operations: 900,
    differences: [],
    open: [],
    seconds: 4.2,
  };

  it('has each difference with the command that shows it, what is not decided, and what was left out', async () => {
    const one = {
      kind: 'results',
      what: 'edge/a op 3',
      base: 'r=0',
      tree: 'r=-22',
      command: 'panthor-shim conform x',
    };
    const json = reviewJson({
      ...review,
      differences: [
        { ...one, alike: 'r' },
        { ...one, what: 'edge/a op 9', alike: 'r' },
        { ...one, kind: 'verdict', what: 'evict', command: 'panthor-shim explore x' },
        { ...one, kind: 'state', what: 'edge/a, operation 4 (bind), field vmas' },
      ],
      open: [{ what: 'evict', why: 'bounded', command: 'panthor-shim explore evict' }],
    } as Parameters<typeof reviewJson>[0]);
    const file = temporary('review.html');
    const made = await cli(['report', '-', '-o', file], Buffer.from(JSON.stringify(json)));
    expect(made.status).toBe(0);
    const page = words(readFileSync(file, 'utf8'));
    expect(page).toContain('linux 7.2 &lt;patched&gt; differs from the model');
    expect(page).toContain('edge/a op 3<div class="detail">and 1 like it</div>');
    expect(page).toContain('<pre tabindex="0">panthor-shim conform x</pre>');
    // What weighs most comes first, and a command stands once for the rows that it shows.
    expect(page.indexOf('explore x')).toBeLessThan(page.indexOf('edge/a op 3'));
    expect(page.match(/panthor-shim conform x/g)).toHaveLength(1);
    expect(page).toContain('field vmas: mappings');
    expect(page).toContain('Not decided');
    expect(page).toContain('gpu-only is for the model alone');
  });

  it('says that nothing differs, and does not where nothing was compared', async () => {
    const { resultPage } = await import('../../dist/src/page/result-page.js' as string);
    expect(words(resultPage(review))).toContain('does what');
    expect(words(resultPage({ ...review, scenarios: 0, streams: 0 }))).toContain('Nothing was compared.');
  });
});
