// The table in docs/kernel-functions.md: where the work of each kernel function is done.
//
// node build/kernel-functions.mjs            names whose file does not hold them
// node build/kernel-functions.mjs --fix      writes into the table where they are now
// node build/kernel-functions.mjs KERNEL     functions of that kernel tree that the table lacks (needs ctags)
//
// Exit status: 0 nothing found, 1 something found, 2 usage.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const top = join(import.meta.dirname, '..');
const driver = join(top, 'src', 'driver');
const document = join(top, 'docs', 'kernel-functions.md');
const ROW = /^\| `(\w+)` \| (?:(folded into )?`([\w./-]+\.ts)`(?:, (.+))?|not modelled: (.+)) \|$/;

/**
 * The rows of the table: the kernel file they are about (the heading above them), the function, and either the file
 * below src/driver, with `into` where the work is a part of something else, or `why` it is not modelled.
 *
 * @returns {{ source: string, name: string, file?: string, into?: string, why?: string, line: number }[]}
 */
export function kernelFunctions(text = readFileSync(document, 'utf8')) {
  const rows = [];
  let source = '';
  for (const [line, row] of text.split('\n').entries()) {
    if (row.startsWith('## ')) source = row.slice(3);
    if (!row.startsWith('| `')) continue;
    const [, name, folded, file, into, why] = ROW.exec(row) ?? [];
    if (name === undefined) throw new Error(`${document}:${line + 1}: not a row of this table: ${row}`);
    if (folded !== undefined && into === undefined)
      throw new Error(`${document}:${line + 1}: folded into what?`);
    rows.push({ source, name, file, into, why, line });
  }
  return rows;
}

/** Whether a comment of that source text has the name in it. */
export function mentions(text, name) {
  const word = new RegExp(`\\b${name}\\b`);
  return text.split('\n').some((line) => word.test(/^\s*\*.*|\/[/*].*/.exec(line)?.[0] ?? ''));
}

/** Files below src/driver with a comment that has the name in it. */
export function filesThatMention(name) {
  return readdirSync(driver, { recursive: true })
    .filter((file) => file.endsWith('.ts') && mentions(readFileSync(join(driver, file), 'utf8'), name))
    .sort();
}

/** Rows whose file does not hold their name (or is not there), with the files that do. */
export function moved(rows = kernelFunctions()) {
  return rows
    .filter(({ file }) => file !== undefined)
    .map((row) => ({ ...row, found: filesThatMention(row.name) }))
    .filter(({ file, found }) => !found.includes(file));
}

function fix(rows) {
  const lines = readFileSync(document, 'utf8').split('\n');
  for (const { line, file, found } of rows) {
    if (found.length === 1) lines[line] = lines[line].replace(`\`${file}\``, `\`${found[0]}\``);
  }
  writeFileSync(document, lines.join('\n'));
}

/** Functions that `kernel`'s copy of a file has and the table does not; static ones count where the table has some. */
function missing(kernel, source, names) {
  const folder = source.startsWith('panthor') ? 'drivers/gpu/drm/panthor' : 'drivers/gpu/drm';
  const args = ['-f', '-', '--c-kinds=f', '--fields=f', '--sort=no', join(kernel, folder, source)];
  const all = ['panthor_mmu.c', 'panthor_drv.c'].includes(source);
  return execFileSync('ctags', args, { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line !== '' && (all || !line.endsWith('\tfile:')))
    .map((line) => line.split('\t')[0])
    .filter((name) => !names.has(name));
}

function main(args) {
  if (args.length > 1 || (args[0]?.startsWith('-') && args[0] !== '--fix')) {
    process.stderr.write('usage: node build/kernel-functions.mjs [--fix | KERNEL]\n');
    return 2;
  }
  const [argument] = args;
  if (argument === '--fix') fix(moved());
  const gone = moved();
  for (const { name, file, found, line } of gone) {
    const where = found.length === 0 ? 'no comment names it' : `it is in ${found.join(', ')}`;
    process.stdout.write(`docs/kernel-functions.md:${line + 1}: ${name} is not in ${file}; ${where}\n`);
  }
  if (argument === undefined || argument === '--fix') return gone.length > 0 ? 1 : 0;
  const names = new Set(kernelFunctions().map(({ name }) => name));
  const sources = new Set(kernelFunctions().map(({ source }) => source.split(' ')[0]));
  const lacking = [...sources].flatMap((source) =>
    missing(argument, source, names).map((name) => [source, name]),
  );
  for (const [source, name] of lacking) process.stdout.write(`${source}: ${name} is not in the table\n`);
  return gone.length + lacking.length > 0 ? 1 : 0;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  process.exitCode = main(process.argv.slice(2));
