/**
 * Walks an ESTree (acorn) syntax tree, parents first.
 *
 * @param {object} node where to start
 * @param {(node: object, parent: object | null) => boolean | void} visit called for each node; false skips its children
 * @param {object | null} [parent] handed to `visit` for the first node
 */
export function walk(node, visit, parent = null) {
  if (visit(node, parent) === false) return;
  for (const child of childrenOf(node)) walk(child, visit, node);
}

/** The nodes right below one, in the order of its keys. */
export function childrenOf(node) {
  const children = [];
  for (const key of Object.keys(node)) {
    const child = node[key];
    if (Array.isArray(child)) {
      for (const item of child) if (typeof item?.type === 'string') children.push(item);
    } else if (typeof child?.type === 'string') children.push(child);
  }
  return children;
}

export const isFunction = (node) => /Function/.test(node.type);
export const isLoop = (node) => /^(For|While|DoWhile)/.test(node.type);

/** Whether an identifier is the name of a property and stands for no variable. */
export const isPropertyName = (node, parent) =>
  (parent?.type === 'MemberExpression' && parent.property === node && !parent.computed) ||
  (parent?.type === 'Property' && parent.key === node && !parent.computed && !parent.shorthand);

/** Whether statements may be added or removed freely in `node` (it holds a list of them). */
export function holdsStatements(node) {
  return node.type === 'BlockStatement' || node.type === 'Program' || node.type === 'SwitchCase';
}

/** Whether a generator may stop within `node`: what functions inside it do is their own. */
export function containsYield(node) {
  let found = false;
  walk(node, (n) => {
    if (n.type === 'YieldExpression') found = true;
    return !isFunction(n);
  });
  return found;
}
