/** The table "Imports" of ARCHITECTURE.md: read, and made from what the sources import. */
import type { Import } from './imports.ts';

export const HEAD = ['| folder | imports | types only |', '|---|---|---|'];

/** The rows of the table in a text, one line each. */
export function tableRows(text: string): string[] {
  const lines = text.split('\n');
  const head = lines.indexOf(HEAD[0]);
  if (head < 0) return [];
  const rest = lines.slice(head + HEAD.length);
  return rest.slice(
    0,
    rest.findIndex((line) => !line.startsWith('|')),
  );
}

/** The folders that the rows are about, in order; a file of src/ itself may have a row. */
export function folders(rows: readonly string[]): string[] {
  return rows.map((row) => /^\| `([^`]+)` \|/.exec(row)?.[1] ?? row);
}

/** The longest folder that `file` is in: `driver/mmu` before `driver`. */
function folderOf(order: readonly string[], file: string): string {
  const path = file.replace(/^src\//, '');
  const found = order.filter((folder) => path === folder || path.startsWith(`${folder}/`));
  return found.sort((a, b) => b.length - a.length)[0] ?? path.split('/')[0];
}

/**
 * What the rows should say, for the same folders in the same order; a folder that is in none of them gets a row at the
 * end, "types only" has what is imported by no `import` but `import type`.
 */
export function computeRows(order: readonly string[], imports: readonly Import[]): string[] {
  const arrows = imports
    .map(({ from, to, kind }) => ({ from: folderOf(order, from), to: folderOf(order, to), kind }))
    .filter(({ from, to }) => from !== to);
  const all = [...new Set([...order, ...arrows.flatMap(({ from, to }) => [from, to])])];
  const cell = (targets: string[]) => targets.map((folder) => `\`${folder}\``).join(', ') || '–';
  return all.map((folder) => {
    const own = arrows.filter(({ from }) => from === folder);
    const code = all.filter((to) => own.some((arrow) => arrow.to === to && arrow.kind !== 'type'));
    const types = all.filter((to) => !code.includes(to) && own.some((arrow) => arrow.to === to));
    return `| \`${folder}\` | ${cell(code)} | ${cell(types)} |`;
  });
}

/** `text` with the rows that its table should have. */
export function withComputedRows(text: string, imports: readonly Import[]): string {
  const rows = tableRows(text);
  const head = HEAD.join('\n');
  return text.replace(`${head}\n${rows.join('\n')}`, () => {
    return `${head}\n${computeRows(folders(rows), imports).join('\n')}`;
  });
}

/** The arrows of the column "imports" that lead to no row above: `hw → cli`. */
export function arrowsAgainst(rows: readonly string[]): string[] {
  const order = folders(rows);
  return rows.flatMap((row, i) => {
    const targets = [...row.split('|')[2].matchAll(/`([^`]+)`/g)].map((match) => match[1]);
    return targets.filter((to) => !order.slice(0, i).includes(to)).map((to) => `${order[i]} → ${to}`);
  });
}
