/** What the sources import, read from their syntax. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix, relative, sep } from 'node:path';
import { parseSync, Visitor } from 'rolldown/utils';

export interface Import {
  /** Files, relative to the top of the tree. */
  readonly from: string;
  readonly to: string;
  /**
   * `load`: when the modules load, as `import { type A }` does too (an empty import is left of it). `later`: an
   * `import()`. `type`: `import type`, of which nothing is left.
   */
  readonly kind: 'load' | 'later' | 'type';
}

/** The TypeScript files below `folders`, relative to `top`. */
export function sourceFiles(top: string, folders: readonly string[]): string[] {
  return folders
    .flatMap((folder) => readdirSync(join(top, folder), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => relative(top, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort();
}

/** The imports of one file from other files of the tree; packages and Node's own modules are left out. */
export function importsOf(file: string, code: string): Import[] {
  const { program, errors } = parseSync(file, code);
  if (errors.length > 0) throw new Error(`${file}: ${errors[0].message}`);
  const imports: Import[] = [];
  const add = (source: { value: unknown } | null, kind: Import['kind']) => {
    if (typeof source?.value !== 'string' || !source.value.startsWith('.')) return;
    const to = posix.join(posix.dirname(file), source.value).replace(/\.js$/, '.ts');
    imports.push({ from: file, to, kind });
  };
  const literal = (node: { type: string }) =>
    node.type === 'Literal' ? (node as { type: string; value: unknown }) : null;
  new Visitor({
    ImportDeclaration: (node) => add(node.source, node.importKind === 'type' ? 'type' : 'load'),
    ExportAllDeclaration: (node) => add(node.source, node.exportKind === 'type' ? 'type' : 'load'),
    ExportNamedDeclaration: (node) => add(node.source, node.exportKind === 'type' ? 'type' : 'load'),
    ImportExpression: (node) => add(literal(node.source), 'later'),
    TSImportType: (node) => add(node.source, 'type'),
  }).visit(program);
  return imports;
}

export function importsBelow(top: string, folders: readonly string[]): Import[] {
  return sourceFiles(top, folders).flatMap((file) => importsOf(file, readFileSync(join(top, file), 'utf8')));
}

/** The circles of a graph: each set of files that reach one another, sorted (Tarjan's algorithm). */
export function circles(imports: readonly Import[]): string[][] {
  const targets = new Map<string, string[]>();
  for (const { from, to } of imports) targets.set(from, [...(targets.get(from) ?? []), to]);
  const found: string[][] = [];
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const onStack = new Set<string>();
  const visit = (file: string): void => {
    index.set(file, index.size);
    low.set(file, index.get(file)!);
    stack.push(file);
    onStack.add(file);
    for (const to of targets.get(file) ?? []) {
      if (!index.has(to)) visit(to);
      if (onStack.has(to)) low.set(file, Math.min(low.get(file)!, low.get(to)!));
    }
    if (low.get(file) !== index.get(file)) return;
    const members = stack.splice(stack.indexOf(file));
    for (const member of members) onStack.delete(member);
    const self = imports.some(({ from, to }) => from === file && to === file);
    if (members.length > 1 || self) found.push(members.sort());
  };
  for (const file of targets.keys()) visit(file);
  return found.sort();
}
