import {
  childrenOf,
  containsYield,
  holdsStatements,
  isFunction,
  isLoop,
  isPropertyName,
  walk,
} from './ast.mjs';

/** Sub-expressions whose values wait for those after them. */
const evaluationOrder = {
  BinaryExpression: (node) => [node.left, node.right],
  CallExpression: (node) => [
    node.callee.type === 'MemberExpression' ? node.callee.object : node.callee,
    ...node.arguments,
  ],
  NewExpression: (node) => node.arguments,
  ArrayExpression: (node) => node.elements,
  ObjectExpression: (node) => node.properties,
  TemplateLiteral: (node) => node.expressions,
  AssignmentExpression: (node) => [
    node.left.type === 'MemberExpression' ? node.left.object : null,
    node.right,
  ],
  MemberExpression: (node) => [node.object, node.computed ? node.property : null],
};

/** Does the same after any number of steps of others. */
function isConstant(node) {
  return node.type === 'Literal' || node.type === 'ThisExpression' || node.type === 'Identifier';
}

/** The names that a pattern binds. */
export function bound(pattern, into = []) {
  walk(pattern, (node, parent) => {
    if (node.type !== 'Identifier') return;
    if (parent?.type === 'Property' && parent.key === node && parent.value !== node) return;
    if (parent?.type === 'AssignmentPattern' && parent.right === node) return;
    into.push(node.name);
  });
  return into;
}

/**
 * Rewrites every generator function so that it writes down, before each yield, where it stands and what it remembers:
 * the parameters and variables in scope that it may still read (referred to further down, anywhere in a loop around the
 * yield, or in a closure). A generator cannot be looked into; this is what makes its part of a state visible.
 *
 * @returns {number} how many yields there are
 */
export function instrumentFrames(tree, out, replace, code, file, refuse) {
  let count = 0;
  let loops = 0;
  walk(tree, (node) => {
    if (isFunction(node) && node.generator) frame(node);
  });
  return count;

  function frame(fn) {
    out.appendRight(fn.body.start + 1, ' const $d = $enter();');
    /** Every reference to a name in this function: position, and whether it is inside a closure. */
    const references = [];
    const closureWrites = [];
    let usesThis = false;
    collect(fn.body, false);
    for (const param of fn.params) collect(param, false);

    function collect(root, inClosure) {
      walk(root, (node, parent) => {
        if (node !== root && isFunction(node)) {
          for (const param of node.params) collect(param, true);
          collect(node.body, true);
          return false;
        }
        if (node.type === 'ThisExpression') usesThis = true;
        if (node.type === 'AssignmentExpression' && node.left.type === 'Identifier' && inClosure) {
          closureWrites.push(node);
        }
        if (node.type !== 'Identifier' || isPropertyName(node, parent)) return;
        references.push({ name: node.name, at: node.start, inClosure });
      });
    }

    visit(
      fn.body,
      fn,
      {
        declared: [...fn.params.flatMap((p) => bound(p))].map((name) => ({ name, from: fn.start })),
        parent: null,
        start: fn.start,
        end: fn.end,
      },
      [],
      [],
    );

    /** Follows scopes and loops down to the yields. */
    function visit(node, parent, scope, around, pending) {
      if (isFunction(node) && node !== fn) return;
      let inner = scope;
      const inside = isLoop(node) ? [...around, node] : around;
      if (
        node.type === 'BlockStatement' ||
        isLoop(node) ||
        node.type === 'SwitchStatement' ||
        node.type === 'CatchClause'
      ) {
        inner = { declared: [], parent: scope, start: node.start, end: node.end };
        if (node.param) for (const name of bound(node.param)) inner.declared.push({ name, from: node.start });
      }
      if (node.type === 'VariableDeclaration') {
        for (const declarator of node.declarations) {
          const from = /^For(Of|In)/.test(parent.type) ? node.start : declarator.end;
          for (const name of bound(declarator.id)) scope.declared.push({ name, from, decl: node });
        }
      }
      if (node.type === 'ForOfStatement' && containsYield(node.body)) forOf(node, inner);
      if (
        node.type === 'ExpressionStatement' &&
        node.expression.type === 'YieldExpression' &&
        !holdsStatements(parent)
      ) {
        out.appendLeft(node.start, '{ ');
        out.appendRight(node.end, ' }');
      }
      if (node.type === 'TryStatement' && node.finalizer && containsYield(node.finalizer)) {
        refuse(node, 'a yield in finally: what is returned or thrown meanwhile is out of sight');
      }
      if (node.type === 'YieldExpression') site(node, parent, inner, inside, pending);
      if (node.type !== 'YieldExpression' && !isFunction(node)) checkTemporaries(node);
      const parts = evaluationOrder[node.type]?.(node) ?? [];
      const follow = (child) => {
        // Names that were read already wait with their values for what comes after them.
        const before = parts.slice(0, Math.max(parts.indexOf(child), 0));
        const names = before.filter((part) => part?.type === 'Identifier').map((part) => part.name);
        visit(child, node, inner, inside, names.length > 0 ? [...pending, ...names] : pending);
      };
      for (const child of childrenOf(node)) follow(child);
    }

    /** An iterator's place in an array is out of sight; an index is not. */
    function forOf(node, scope) {
      const n = ++loops;
      const left = code.slice(node.left.start, node.left.end);
      if (node.left.type !== 'VariableDeclaration') refuse(node, 'for-of over a variable declared elsewhere');
      replace(node.left.start, node.right.start, `let $x${n} = 0, $a${n} = $array(`);
      out.appendRight(node.right.end, `); $x${n} < $count($a${n}); $x${n}++`);
      const head = `${left} = $element($a${n}, $x${n});`;
      if (node.body.type === 'BlockStatement') out.appendLeft(node.body.start + 1, head);
      else {
        out.appendLeft(node.body.start, `{ ${head} `);
        out.appendRight(node.body.end, ' }');
      }
      scope.declared.push(
        { name: `$x${n}`, from: node.start, always: true },
        { name: `$a${n}`, from: node.start, always: true },
      );
    }

    /** What an expression has computed before a yield in it is remembered out of sight. */
    function checkTemporaries(node) {
      const parts = evaluationOrder[node.type]?.(node) ?? [];
      const last = parts.findLastIndex((part) => part && containsYield(part));
      for (const part of parts.slice(0, Math.max(last, 0))) {
        if (part && !isConstant(part)) refuse(node, 'a value computed before a yield in the same expression');
      }
    }

    function site(node, parent, scope, around, pending) {
      const at = node.start;
      const names = new Set();
      for (let s = scope; s !== null; s = s.parent) {
        for (const variable of s.declared) {
          if (variable.from > at) continue;
          const needed = variable.always || pending.includes(variable.name);
          if (needed || isLive(variable, s, at, around)) names.add(variable.name);
        }
      }
      for (const write of closureWrites) {
        if (names.has(write.left.name))
          refuse(write, `${write.left.name}, which a closure changes across a yield,`);
      }
      const values = [...names];
      if (usesThis) values.unshift('this');
      const record = `$y($d, ${pc()}, [${values.join(', ')}])`;
      if (node.delegate) {
        out.prependLeft(node.argument.start, `(${record}, `);
        out.appendRight(node.argument.end, ')');
        return;
      }
      if (parent.type !== 'ExpressionStatement') refuse(node, 'a yield that is not a statement');
      out.appendLeft(node.start, `${record}; `);
    }

    /** Referred to in a closure, further down, or anywhere in a loop that may come round with the same variable. */
    function isLive(variable, scope, at, around) {
      const loop = around.find(
        (l) => l.start > scope.start || (l.type === 'ForStatement' && l.init === variable.decl),
      );
      return references.some(
        (r) =>
          r.name === variable.name &&
          (r.inClosure || r.at > at || (loop !== undefined && r.at >= loop.start)),
      );
    }
  }

  function pc() {
    let hash = ++count;
    for (let i = 0; i < file.length; i++) hash = (Math.imul(hash, 31) + file.charCodeAt(i)) | 0;
    return hash;
  }
}
