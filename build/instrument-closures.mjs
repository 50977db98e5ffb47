/**
 * Functions as values. Where one is kept in state, it stands for what it captured: two states that hold closures made at
 * the same place over different values differ, although the function object is nothing that could be looked into.
 */
import { childrenOf, isFunction, isPropertyName, walk } from './ast.mjs';

/** Callbacks that these call and forget. */
const CALLED_AT_ONCE = new Set(
  'some every find findIndex findLast findLastIndex filter map forEach flatMap reduce sort toSorted from'.split(
    ' ',
  ),
);

/** Names that a pattern or a declaration binds. */
function bind(pattern, into) {
  if (pattern === null || pattern === undefined) return;
  switch (pattern.type) {
    case 'Identifier':
      into.add(pattern.name);
      break;
    case 'ObjectPattern':
      for (const property of pattern.properties) bind(property.value ?? property.argument, into);
      break;
    case 'ArrayPattern':
      for (const element of pattern.elements) bind(element, into);
      break;
    case 'AssignmentPattern':
      bind(pattern.left, into);
      break;
    case 'RestElement':
      bind(pattern.argument, into);
      break;
  }
}

/** Names declared in a function, its parameters included and functions inside it left out. */
function namesOf(fn) {
  const names = new Set();
  for (const param of fn.params) bind(param, names);
  walk(fn.body, (node) => {
    if (node.type === 'VariableDeclarator') bind(node.id, names);
    if ((node.type === 'FunctionDeclaration' || node.type === 'ClassDeclaration') && node.id)
      names.add(node.id.name);
    if (node.type === 'CatchClause') bind(node.param, names);
    return node === fn.body || !isFunction(node);
  });
  return names;
}

/** Names that are assigned to anywhere in a function after they were declared. */
function assignedIn(fn) {
  const names = new Set();
  walk(fn, (node) => {
    if (node.type === 'AssignmentExpression') bind(node.left, names);
    else if (node.type === 'UpdateExpression' && node.argument.type === 'Identifier')
      names.add(node.argument.name);
    else if (/^For(Of|In)/.test(node.type) && node.left.type !== 'VariableDeclaration')
      bind(node.left, names);
  });
  return names;
}

/** What a function refers to: names, and whether it uses the `this` of where it was made. */
function referencesOf(fn) {
  const names = new Set();
  let usesThis = false;
  walk(fn, (node, parent) => {
    if (node !== fn && /^Function/.test(node.type)) {
      // Its own `this`; its names count.
      walk(node.body, (inner) => {
        if (inner.type === 'Identifier') names.add(inner.name);
      });
      return false;
    }
    if (node.type === 'ThisExpression' || node.type === 'Super') usesThis = true;
    if (node.type === 'Identifier' && !isPropertyName(node, parent)) names.add(node.name);
  });
  return { names, usesThis: usesThis && fn.type === 'ArrowFunctionExpression' };
}

/**
 * Wraps each function that is a value in `$c(function, place, () => [what it captured])`.
 *
 * @param {object} tree of a module
 * @param {import('magic-string').default} out where the code is changed
 * @param {string} file its name, for messages and places
 * @returns {boolean} whether there was any
 */
export function instrumentClosures(tree, out, file) {
  let count = 0;
  const around = [];
  const visit = (node, parent) => {
    if (isFunction(node)) {
      const value =
        node.type !== 'FunctionDeclaration' &&
        parent?.type !== 'MethodDefinition' &&
        !(parent?.type === 'Property' && (parent.method || parent.kind !== 'init'));
      if (value && !isCallback(node, parent)) wrap(node);
      around.push({ names: namesOf(node), assigned: assignedIn(node) });
      children(node);
      around.pop();
    } else children(node);
  };
  const children = (node) => {
    for (const child of childrenOf(node)) visit(child, node);
  };
  visit(tree, null);
  return count > 0;

  function isCallback(node, parent) {
    return (
      parent?.type === 'CallExpression' &&
      parent.arguments.includes(node) &&
      parent.callee.type === 'MemberExpression' &&
      CALLED_AT_ONCE.has(parent.callee.property.name)
    );
  }

  function wrap(node) {
    const { names, usesThis } = referencesOf(node);
    const own = namesOf(node);
    const captured = [];
    let changes = '';
    for (const name of names) {
      const outer = around.findLast((one) => one.names.has(name));
      if (own.has(name) || outer === undefined) continue;
      captured.push(name);
      if (outer.assigned.has(name)) changes = name;
    }
    if (usesThis) captured.unshift('this');
    if (captured.length === 0) return;
    count++;
    const place = `${file}:${node.loc.start.line}`;
    out.appendLeft(node.start, '$c(');
    const warning = changes === '' ? '' : `, '${place}: a closure over ${changes}, which changes,'`;
    out.appendRight(node.end, `, '${place}/${count}', () => [${captured.join(', ')}]${warning})`);
  }
}
