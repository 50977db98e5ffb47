/**
 * Reads of state, for searches that leave out orders of steps which do not depend on each other: what a step has read and
 * written says on which others it depends (src/explore/state/access-log.ts). Writes are seen anyway; here every read of a
 * property that is ever written once its object is made, of an element, and of a collection as a whole goes through a
 * helper that notes it while something asks for it.
 */
import { childrenOf, containsYield, isFunction } from './ast.mjs';
import { MUTATORS, nameOf, UNHASHED } from './instrument-unhashed.mjs';

/** Methods that read an array, a Map, a Set or a view of bytes, and leave it as it is. */
const READERS = new Set(
  (
    'find findIndex findLast findLastIndex some every filter map flatMap forEach reduce includes indexOf lastIndexOf ' +
    'slice subarray join at get has keys values entries concat toSorted toReversed ' +
    'getUint8 getInt8 getUint16 getInt16 getUint32 getInt32 getBigUint64 getBigInt64 getFloat32 getFloat64'
  ).split(' '),
);
/** Functions of the language that read what they are given. */
const TAKERS = new Set(
  'Map Set Array Uint8Array Uint16Array Uint32Array Int32Array BigUint64Array'.split(' '),
);
const READ_BY = new Set('Array.from Object.keys Object.values Object.entries Buffer.from'.split(' '));

const unhashed = new Set(Object.values(UNHASHED).flat());

/**
 * Names of properties that `tree` writes elsewhere than in the constructor of their own object: what never changes once
 * it can be seen need not be watched. Private ones as they are after the rewriting.
 */
export function writtenLate(tree) {
  const names = [];
  const visit = (node, making) => {
    const target =
      node.type === 'AssignmentExpression'
        ? node.left
        : node.type === 'UpdateExpression'
          ? node.argument
          : null;
    if (target?.type === 'MemberExpression' && !target.computed) {
      if (!making || target.object.type !== 'ThisExpression') names.push(nameOf(target));
    }
    for (const child of childrenOf(node)) {
      const constructs =
        node.type === 'MethodDefinition' && node.kind === 'constructor' && child === node.value;
      visit(child, constructs || (making && !isFunction(child)));
    }
  };
  visit(tree, false);
  return names;
}

/** Helpers for reads of one property name: of its value, and of an object whose method of that name is about to be called. */
export const readHelpers = (field) =>
  `const $q_${field} = $key('${field}'), ` +
  `$g_${field} = $noted ? (t) => { if ($log.on) $read(t, $q_${field}); return t.${field}; } : (t) => t.${field}, ` +
  `$h_${field} = $noted ? (t) => { if ($log.on) $read(t, $q_${field}); return t; } : (t) => t; `;

/**
 * Sends every read of state in a module through a helper. To be called last: what it puts at a place goes inside of what
 * is there.
 *
 * @param {object} tree of the module
 * @param {import('magic-string').default} out where the code is changed
 * @param {string} code as `tree` has it
 * @param {ReadonlySet<string>} watched names of properties that are written; see writtenLate()
 * @param {(node: object, what: string) => void} refuse
 * @returns {Set<string>} names that helpers are needed for
 */
export function instrumentReads(tree, out, code, watched, refuse) {
  const fields = new Set();
  let patterns = 0;
  const isWatched = (name) => name === 'length' || (watched.has(name) && !unhashed.has(name));
  const objectEnd = (member) => code.lastIndexOf(member.computed ? '[' : '.', member.property.start);
  const around = (node, before, close, leave) => {
    open(node, leave, before);
    leave.push(() => out.appendRight(node.end, close));
  };

  const visit = (node, parent) => {
    const leave = [];
    enter(node, parent, leave);
    for (const child of childrenOf(node)) visit(child, node);
    for (const one of leave) one();
  };
  visit(tree, null);
  return fields;

  function enter(node, parent, leave) {
    switch (node.type) {
      case 'MemberExpression':
        member(node, parent, leave);
        break;
      case 'VariableDeclarator':
        if (node.init && node.id.type === 'ObjectPattern') {
          const names = namesIn(node.id);
          if (names.length > 0) around(node.init, '$fields(', `, ${list(names)})`, leave);
        } else if (node.init && node.id.type === 'ArrayPattern') around(node.init, '$whole(', ')', leave);
        break;
      case 'SpreadElement':
        around(node.argument, '$whole(', ')', leave);
        break;
      case 'ForOfStatement':
        forOf(node, leave);
        break;
      case 'NewExpression':
        if (TAKERS.has(node.callee.name))
          for (const argument of node.arguments) around(argument, '$whole(', ')', leave);
        break;
      case 'CallExpression':
        if (READ_BY.has(code.slice(node.callee.start, node.callee.end)))
          around(node.arguments[0], '$whole(', ')', leave);
        break;
    }
    if (isFunction(node)) parameters(node);
  }

  function forOf(node, leave) {
    const { id } = node.left.declarations?.[0] ?? {};
    const names = id?.type === 'ObjectPattern' ? namesIn(id) : [];
    // A loop with a yield in it is rewritten by instrument-frames.mjs, reads included.
    if (containsYield(node.body)) {
      if (names.length > 0) refuse(node, 'a loop with a yield that takes its members apart');
    } else if (names.length > 0) around(node.right, '$each(', `, ${list(names)})`, leave);
    else around(node.right, '$whole(', ')', leave);
  }

  /** Puts `text` before a node: outside of what is put before the call that it begins with, where that changes something. */
  function open(node, leave, text) {
    if (beginsWithChange(node)) leave.push(() => out.prependLeft(node.start, text));
    else out.appendLeft(node.start, text);
  }

  function member(node, parent, leave) {
    if (node.object.type === 'Super' || node.object.type === 'MetaProperty') return;
    if (/^(Assignment|Update)Expression$/.test(parent.type) && (parent.left ?? parent.argument) === node)
      return;
    if (parent.type === 'UnaryExpression' && parent.operator === 'delete') return;
    const called = parent.type === 'CallExpression' && parent.callee === node;
    if (called && (node.computed || MUTATORS.has(node.property.name))) return;
    const name = node.computed ? '' : nameOf(node);
    // After `?.` what is read may not be there, and the rest of the chain is left out.
    const unsure = afterOptional(node.object);
    const dot = node.optional ? objectEnd(node) - (node.computed ? 2 : 1) : objectEnd(node);
    if (called) {
      if (!READERS.has(name) && !isWatched(name)) {
        if (unsure && !node.optional) out.appendLeft(dot, '?');
        return;
      }
      open(node, leave, READERS.has(name) ? '$whole(' : `$h_${name}(`);
      out.appendLeft(dot, unsure && !node.optional ? ')?' : ')');
      if (!READERS.has(name)) fields.add(name);
      return;
    }
    const may = node.optional || unsure;
    if (node.computed) {
      open(node, leave, may ? '$maybeElement(' : '$element(');
      out.overwrite(dot, node.property.start, ', ', { contentOnly: true });
      out.overwrite(node.property.end, node.end, ')', { contentOnly: true });
    } else if (isWatched(name) || unsure) {
      fields.add(name);
      open(node, leave, may ? `$maybe($g_${name}, ` : `$g_${name}(`);
      out.overwrite(dot, node.end, ')', { contentOnly: true });
    }
  }

  /** Whether an expression is part of a chain, and something before its end is only read where it is there. */
  function afterOptional(node) {
    if (node.type === 'MemberExpression') return node.optional || afterOptional(node.object);
    return node.type === 'CallExpression' && (node.optional || afterOptional(node.callee));
  }

  /** Watched properties that a pattern takes out of an object. */
  function namesIn(pattern) {
    const names = [];
    for (const property of pattern.properties) {
      if (property.type !== 'Property') continue;
      if (!property.computed && isWatched(property.key.name)) names.push(property.key.name);
      const inner = property.value.type === 'AssignmentPattern' ? property.value.left : property.value;
      if (inner.type === 'ObjectPattern' && namesIn(inner).length > 0)
        refuse(inner, 'a pattern inside a pattern that reads what is written');
    }
    return names;
  }

  /** A parameter that is taken apart gets a name, and is taken apart where that can be seen. */
  function parameters(fn) {
    for (const param of fn.params) {
      if (param.type !== 'ObjectPattern') continue;
      const names = namesIn(param);
      if (names.length === 0) continue;
      if (fn.generator) {
        refuse(fn, 'a generator that takes a parameter apart whose properties are written');
        continue;
      }
      const alias = `$p${++patterns}`;
      const text = code.slice(param.start, param.end);
      const taken = `const ${text} = $fields(${alias}, ${list(names)});`;
      out.overwrite(param.start, param.end, alias, { contentOnly: true });
      if (fn.body.type === 'BlockStatement') out.appendRight(fn.body.start + 1, ` ${taken}`);
      else {
        const arrow = code.lastIndexOf('=>', fn.body.start) + 2;
        out.appendLeft(arrow, ` { ${taken} return (`);
        out.prependRight(fn.end, '); }');
      }
    }
  }
}

/** Whether the first thing in an expression is a call that instrument.mjs wraps. */
function beginsWithChange(node) {
  if (node.type === 'MemberExpression') return beginsWithChange(node.object);
  if (node.type === 'ChainExpression') return beginsWithChange(node.expression);
  if (node.type !== 'CallExpression') return false;
  const { callee } = node;
  if (callee.type !== 'MemberExpression') return false;
  return (!callee.computed && MUTATORS.has(callee.property.name)) || beginsWithChange(callee.object);
}

const list = (names) => names.map((name) => `'${name}'`).join(', ');
