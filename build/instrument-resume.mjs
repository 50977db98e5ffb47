/**
 * Lets a generator function begin in the midst: at a yield that it, or another call of it, has stood at before. So the
 * explorer comes back to a state by putting back what was written since, and making the threads' generators anew, instead
 * of running the whole schedule again.
 *
 * instrument-frames.mjs has every yield write down where it is and all that is still needed. Here each such function gets
 * the way back: `$r` is the number of the yield to go to, 0 for none; variables are put back from what was written down,
 * every statement on the way that holds no yield is left out, and every condition is answered by where the yield is.
 */
import { parse } from 'acorn';
import MagicString from 'magic-string';
import { childrenOf, isFunction } from './ast.mjs';
import { Resumable } from './resumable.mjs';
import { isCallOf } from './resume-variables.mjs';

/** So many arguments begin() gives. */
const ARGUMENTS = 6;

/**
 * @param {string} code a module that instrument() has gone over, frames included
 * @param {(node: object, what: string) => void} refuse told of what cannot be entered in the midst
 * @returns {string} the code, every line where it was
 */
export function instrumentResume(code, refuse) {
  const tree = parse(code, { ecmaVersion: 2023, sourceType: 'module', locations: true });
  const out = new MagicString(code);
  const classes = [];
  const visit = (node, parent) => {
    const isClass = /^Class(Declaration|Expression)$/.test(node.type);
    if (isClass) classes.push(node.id?.name);
    if (isFunction(node) && node.generator) {
      const sites = yieldsOf(node);
      if (sites.length > 0) checkParameters(node, refuse);
      if (sites.length > 0) new Resumable({ code, out, refuse }, node, sites, selfOf(node, parent)).rewrite();
    }
    for (const child of childrenOf(node)) visit(child, node);
    if (isClass) classes.pop();
  };

  /** How a generator function refers to itself. */
  function selfOf(fn, parent) {
    if (parent.type === 'MethodDefinition') {
      const name = classes.at(-1);
      if (name === undefined || parent.computed) refuse(fn, 'a generator of a class without a name');
      return `${name}${parent.static ? '' : '.prototype'}.${parent.key.name}`;
    }
    if (fn.id) return fn.id.name;
    if (parent.type === 'Property' && parent.method) refuse(fn, 'a generator that is an object’s method');
    out.appendLeft(code.indexOf('*', fn.start) + 1, ' $self');
    return '$self';
  }

  /** The yields of a function itself, in order, each with its call of $y() and the expression that it is in. */
  function yieldsOf(fn) {
    const found = [];
    let before = null;
    const look = (node, statement) => {
      if (statement !== null && isFunction(node)) return;
      const expression = /Statement$|Declaration$/.test(node.type) ? node : statement;
      if (node.type === 'YieldExpression') {
        const { start, end, delegate, argument } = node;
        const values = delegate ? argument.expressions[0] : before;
        found.push({ start, end, delegate, argument, values, expression });
      }
      if (node.type === 'ExpressionStatement' && isCallOf(node.expression, '$y')) before = node.expression;
      for (const child of childrenOf(node)) look(child, expression);
    };
    look(fn.body, null);
    return found.sort((a, b) => a.start - b.start);
  }

  visit(tree, null);
  return out.toString();
}

/** Arguments of a function that is brought back are objects with nothing in them (begin() of src/explore/state/frames.ts). */
function checkParameters({ params }, refuse) {
  for (const [i, param] of params.entries()) {
    const pattern = param.type === 'AssignmentPattern' ? param.left : param;
    const isDeep =
      pattern.type === 'ObjectPattern' &&
      pattern.properties.some(({ value }) => /Pattern$/.test((value?.left ?? value)?.type));
    if (pattern.type === 'ArrayPattern' || isDeep || (pattern.type === 'ObjectPattern' && i >= ARGUMENTS))
      refuse(param, 'a parameter of a generator that is taken apart further than its fields');
    const defaults = (pattern.properties ?? []).map(({ value }) => value?.right?.type ?? 'Literal');
    if (defaults.some((type) => !/^(Literal|Identifier|UnaryExpression)$/.test(type)))
      refuse(param, 'a field of a parameter of a generator whose default is worked out');
  }
}
