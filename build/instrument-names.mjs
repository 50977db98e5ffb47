import { parse } from 'acorn';
import { walk } from './ast.mjs';
import { writtenLate } from './instrument-reads.mjs';

/**
 * Names of properties in modules that belong together, private ones as they are after the rewriting: `setters` are
 * accessors of some class, `watched` are written after their object was made.
 *
 * @param {readonly string[]} codes
 */
export function namesIn(codes) {
  const setters = new Set();
  const watched = new Set();
  for (const code of codes) {
    const tree = parse(code, { ecmaVersion: 2023, sourceType: 'module' });
    for (const name of writtenLate(tree)) watched.add(name);
    walk(tree, (node) => {
      if (node.kind !== 'set' || node.computed) return;
      setters.add(node.key.type === 'PrivateIdentifier' ? `$_${node.key.name}` : node.key.name);
    });
  }
  return { setters, watched };
}
