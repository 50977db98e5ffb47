/**
 * Walks an ESTree (acorn) syntax tree, parents first.
 *
 * @param {object} node where to start
 * @param {(node: object, parent: object | null) => boolean | void} visit called for each node; false skips its children
 * @param {object | null} [parent] handed to `visit` for the first node
 */
export function walk(node, visit, parent = null) {
  if (visit(node, parent) === false) return;
  for (const key of Object.keys(node)) {
    const child = node[key];
    if (Array.isArray(child)) {
      for (const item of child) if (item && typeof item.type === 'string') walk(item, visit, node);
    } else if (child && typeof child.type === 'string') {
      walk(child, visit, node);
    }
  }
}

/** Whether statements may be added or removed freely in `node` (it holds a list of them). */
export function holdsStatements(node) {
  return node.type === 'BlockStatement' || node.type === 'Program' || node.type === 'SwitchCase';
}
