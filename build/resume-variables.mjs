/** Variables of functions that can be entered in the midst (instrument-resume.mjs): which move to the top, and which may not. */
import { childrenOf, isFunction, isLoop, isPropertyName, walk } from './ast.mjs';
import { bound } from './instrument-frames.mjs';

export const isCallOf = (node, name) => node?.type === 'CallExpression' && node.callee.name === name;
const holds = (outer, inner) => outer.start <= inner.start && outer.end >= inner.end;

/**
 * The variables of every block on a way to a yield, which have to be there before the block is entered.
 *
 * @param {(node: object) => boolean} leads whether a node holds a yield
 * @returns {Map<string, { scope: object, node: object }[]>} by name, with scope and declaration
 */
export function variablesOnTheWay(fn, leads) {
  const found = new Map();
  const frame = fn.body.body[0];
  const visit = (node, scope) => {
    if (node === frame || isFunction(node)) return;
    if (!leads(node) && node.type !== 'VariableDeclaration') return;
    const opens = node.type === 'BlockStatement' || node.type === 'SwitchStatement' || isLoop(node);
    const inner = opens ? node : scope;
    if (node.type === 'VariableDeclaration') {
      for (const name of node.declarations.flatMap(({ id }) => bound(id))) {
        if (!found.has(name)) found.set(name, []);
        found.get(name).push({ scope, node });
      }
    }
    for (const child of childrenOf(node)) visit(child, inner);
  };
  visit(fn.body, fn.body);
  return found;
}

/** Two variables of one name may take turns, but not stand around one another, nor hide what the function reads. */
export function checkShadows(fn, hoisted, refuse) {
  const params = new Set(fn.params.flatMap((one) => bound(one)));
  for (const [name, all] of hoisted) {
    if (params.has(name)) refuse(all[0].node, `a variable with the name of the parameter ${name}`);
    for (const one of all) {
      if (all.some((other) => other !== one && holds(other.scope, one.scope)))
        refuse(one.node, `a second variable ${name} inside the scope of the first`);
    }
    walk(fn.body, (node, parent) => {
      if (node.type !== 'Identifier' || node.name !== name || isPropertyName(node, parent)) return;
      if (all.some(({ scope }) => holds(scope, node)) || isDeclaredAround(fn, name, node)) return;
      refuse(node, `a variable ${name} that hides another`);
    });
  }
}

/** Whether an inner block or function without a yield, which stays as it is, has a variable of that name. */
function isDeclaredAround(fn, name, node) {
  let found = false;
  walk(fn.body, (one) => {
    if (!holds(one, node)) return false;
    if (isFunction(one) && one.params.some((param) => bound(param).includes(name))) found = true;
    const list = one.type === 'BlockStatement' ? one.body : isLoop(one) ? [one.init, one.left] : [];
    for (const each of list) {
      if (each?.type !== 'VariableDeclaration') continue;
      if (each.declarations.some(({ id }) => bound(id).includes(name))) found = true;
    }
  });
  return found;
}

/** What an expression reads before a yield in it is read again on the way back: it has to be among what is put back. */
export function checkReads(fn, hoisted, site, refuse) {
  const { expression } = site;
  const params = new Set(fn.params.flatMap((one) => bound(one)));
  const kept = new Set(site.values.arguments[2].elements.map((one) => one.name));
  walk(expression, (node, parent) => {
    if (isFunction(node)) return false;
    if (node.type !== 'Identifier' || node.end > site.start || isPropertyName(node, parent)) return;
    if (!hoisted.has(node.name) && !params.has(node.name)) return;
    const written =
      (parent.type === 'AssignmentExpression' && parent.left === node) ||
      parent.type === 'VariableDeclarator';
    // What earlier yields of the expression wrote down.
    if (written || parent.type === 'ArrayExpression' || kept.has(node.name)) return;
    if (isChosenBefore(expression, node, site)) return;
    refuse(node, `${node.name}, which is read before a yield in the same expression and not after it,`);
  });
}

/** Whether what is read only chooses the way to the yield, or lies on the other way. */
function isChosenBefore(expression, node, site) {
  let found = false;
  walk(expression, (one) => {
    if (one.type === 'LogicalExpression' && holds(one.left, node) && holds(one.right, site)) found = true;
    if (one.type !== 'ConditionalExpression' && one.type !== 'IfStatement') return;
    if (holds(one.test, node) && !holds(one.test, site)) found = true;
    if (holds(one.consequent, node) && one.alternate && holds(one.alternate, site)) found = true;
  });
  return found;
}
