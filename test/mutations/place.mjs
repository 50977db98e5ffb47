/** Where a mutation of list.mjs takes place, and what it makes of the code. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findAll, namedFunctions, parse, parsePattern } from './syntax.mjs';

/** Mutations are in the driver. */
const FOLDER = 'src/driver';
/** What need not be in parentheses to become a part of another expression. */
const SIMPLE = new Set(['Identifier', 'Literal', 'MemberExpression', 'CallExpression', 'ThisExpression']);

/** @typedef {{ file: string, start: number, end: number, text: string }} Change `text` goes where [start, end) was */

/** The TypeScript files of the driver below `root`, by name relative to it. */
export function driverFiles(root) {
  return readdirSync(join(root, FOLDER), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => `${FOLDER}/${name}`)
    .sort();
}

/** Every change that `mutation` could mean in one file: exactly one, in exactly one file, where all is well. */
export function changesIn(file, code, mutation) {
  const functionName = mutation.in;
  if (!code.includes(functionName.replace(/.*\./, ''))) return [];
  const changes = [];
  for (const [name, body] of namedFunctions(parse(file, code))) {
    if (name !== functionName) continue;
    for (const { start, end, bound } of findAll(parsePattern(mutation.find), body, new Map())) {
      changes.push({ file, start, end, text: fill(mutation.to, code, code.slice(start, end), bound) });
    }
  }
  return changes;
}

/** `template` with each `$name` as what it stood for and `$0` as all that was matched; nothing at all is `;`. */
function fill(template, code, whole, bound) {
  if (template === '') return ';';
  return template.replace(/\$\w+/g, (name) => {
    if (name === '$0') return whole;
    const node = bound.get(name);
    if (node === undefined) throw new Error(`${template}: nothing stands for ${name}`);
    const text = code.slice(node.start, node.end);
    return SIMPLE.has(node.type) ? text : `(${text})`;
  });
}

/** The place of a mutation in the sources below `root`. Throws unless there is exactly one. */
export function findChange(root, mutation) {
  const changes = driverFiles(root).flatMap((file) => {
    return changesIn(file, readFileSync(join(root, file), 'utf8'), mutation);
  });
  if (changes.length !== 1) {
    const where = changes.map(({ file }) => file).join(', ') || 'no file';
    throw new Error(`${mutation.name}: ${changes.length} places in ${mutation.in}() (${where})`);
  }
  return changes[0];
}
