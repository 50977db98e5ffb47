/**
 * A copy of what a build needs of a tree, with the calls of one function left out of another: for tests, and for those who
 * want to see what a call is there for. By syntax, not by text: the call has to be a statement, or what a statement or a
 * condition is about.
 */
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from '../errors.ts';
import { copyIn, mirrored } from './mirror.ts';
import { PANTHOR, readTreeFile, type Tree } from './source.ts';

/** Where in a text something is: from the first character to the one after the last. */
interface Span {
  from: number;
  to: number;
}

/** The text with comments, strings and character constants blanked out, place by place. */
function codeOnly(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'/g, (match) =>
    match.replace(/[^\n]/g, ' '),
  );
}

/** The end of the bracketed text that begins at `open`: after the bracket that closes it. */
function closing(code: string, open: number): number {
  let depth = 0;
  for (let i = open; i < code.length; i++) {
    if ('([{'.includes(code[i])) depth++;
    else if (')]}'.includes(code[i]) && --depth === 0) return i + 1;
  }
  return code.length;
}

/** The body of a function in the kernel's style, braces included; null where the text does not define it. */
export function bodyOf(text: string, name: string): Span | null {
  const code = codeOnly(text);
  const head = new RegExp(`^[\\w*][\\w \\t*\\n]*?\\b${name}\\(`, 'gm');
  for (let match = head.exec(code); match !== null; match = head.exec(code)) {
    const parameters = closing(code, match.index + match[0].length - 1);
    const brace = /^\s*\{/.exec(code.slice(parameters));
    if (brace === null) continue;
    const from = parameters + brace[0].length - 1;
    return { from, to: closing(code, from) };
  }
  return null;
}

/**
 * The text without the calls of `call` in function `within`. A call that is a statement goes as a whole; one whose result
 * is used is taken to have succeeded (0). `argument`: only calls with this text among their arguments. Throws UsageError
 * where there is no such function or no such call.
 */
export function withoutCalls(text: string, call: string, within: string, argument = ''): string {
  const body = bodyOf(text, within);
  if (body === null) throw new UsageError(`there is no function ${within}`);
  const code = codeOnly(text);
  const cuts: { span: Span; by: string }[] = [];
  const pattern = new RegExp(`\\b${call}\\(`, 'g');
  pattern.lastIndex = body.from;
  for (let match = pattern.exec(code); match !== null && match.index < body.to; match = pattern.exec(code)) {
    const to = closing(code, match.index + match[0].length - 1);
    if (!text.slice(match.index, to).includes(argument)) continue;
    const before = code.slice(0, match.index).trimEnd().at(-1) ?? '';
    const isStatement = /^\s*;/.test(code.slice(to)) && '{};)'.includes(before);
    cuts.push({ span: { from: match.index, to }, by: isStatement ? '' : '0' });
  }
  if (cuts.length === 0) {
    const which = argument === '' ? '' : ` with '${argument}' in its arguments`;
    throw new UsageError(`${within} does not call ${call}${which}`);
  }
  let out = '';
  let at = 0;
  for (const { span, by } of cuts) {
    out += text.slice(at, span.from) + by;
    at = span.to;
  }
  return out + text.slice(at);
}

/** Which calls to leave out, where. */
export interface Mutation {
  call: string;
  within: string;
  argument: string;
}

/**
 * Writes the mutated copy of a tree to `to`, which must not be there or be empty, and returns the file that differs.
 * Throws UsageError where the tree has no such call.
 */
export function mutateTree(tree: Tree, mutation: Mutation, to: string): string {
  const { call, within, argument } = mutation;
  const names = readdirSync(join(tree.dir, PANTHOR)).filter((name) => name.endsWith('.c'));
  const file = names.find((name) => bodyOf(readTreeFile(tree.dir, `${PANTHOR}/${name}`), within) !== null);
  if (file === undefined) throw new UsageError(`${tree.dir}: panthor has no function ${within}`);
  const text = withoutCalls(readTreeFile(tree.dir, `${PANTHOR}/${file}`), call, within, argument);
  if (existsSync(to) && readdirSync(to).length > 0) throw new UsageError(`${to} is not empty`);
  mkdirSync(to, { recursive: true });
  for (const name of mirrored(tree.dir)) copyIn(tree.dir, to, name);
  writeFileSync(join(to, PANTHOR, file), text, 'latin1');
  return `${PANTHOR}/${file}`;
}
