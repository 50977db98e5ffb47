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
import { walk } from './ast.mjs';
import { bound } from './instrument-frames.mjs';

const isFunction = (node) => /Function/.test(node.type);
const isLoop = (node) => /^(For|While|DoWhile)/.test(node.type);
const isCallOf = (node, name) => node?.type === 'CallExpression' && node.callee.name === name;

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
      if (sites.length > 0) new Resumable(node, sites, selfOf(node, parent)).rewrite();
    }
    for (const key of Object.keys(node)) {
      const child = node[key];
      if (Array.isArray(child)) for (const one of child) if (typeof one?.type === 'string') visit(one, node);
      if (typeof child?.type === 'string') visit(child, node);
    }
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

  class Resumable {
    constructor(fn, sites, self) {
      Object.assign(this, { fn, sites, self, hoisted: new Map() });
    }

    rewrite() {
      const { fn } = this;
      this.#hoist(fn.body, fn.body);
      this.#checkShadows();
      this.sites.forEach((site, i) => this.#site(site, i + 1));
      this.#closures();
      this.#list(fn.body.body.slice(1));
      this.#visit(fn.body);
      out.appendLeft(fn.body.body[0].end, this.#prologue());
    }

    /** First and last number of the yields below a node, or null. */
    #range(node) {
      if (!node) return null;
      const inside = this.sites.map((site, i) => (site.start >= node.start && site.end <= node.end ? i + 1 : 0));
      const first = inside.find((n) => n > 0);
      return first === undefined ? null : [first, Math.max(...inside)];
    }

    /** Whether the yield to go to is below a node; null where it cannot be. */
    #in(node) {
      const range = this.#range(node);
      if (range === null) return null;
      return range[0] === range[1] ? `($r === ${range[0]})` : `($r >= ${range[0]} && $r <= ${range[1]})`;
    }

    /** Finds the variables of every block on a way to a yield. */
    #hoist(node, scope) {
      if (node !== this.fn.body && isFunction(node)) return;
      if (this.#range(node) === null && node.type !== 'VariableDeclaration') return;
      let inner = scope;
      if (node.type === 'BlockStatement' || node.type === 'SwitchStatement' || isLoop(node)) inner = node;
      if (node.type === 'VariableDeclaration') {
        for (const { id } of node.declarations) {
          for (const name of bound(id)) {
            if (!this.hoisted.has(name)) this.hoisted.set(name, []);
            this.hoisted.get(name).push({ scope, node });
          }
        }
      }
      for (const key of Object.keys(node)) {
        const child = node[key];
        for (const one of Array.isArray(child) ? child : [child]) {
          if (typeof one?.type === 'string' && !this.#isFrameNumber(one)) this.#hoist(one, inner);
        }
      }
    }

    /** `const $d = $enter();` */
    #isFrameNumber(node) {
      return node === this.fn.body.body[0];
    }

    /** Two variables of one name may take turns, but not stand around one another, nor hide what the function reads. */
    #checkShadows() {
      const params = new Set(this.fn.params.flatMap((one) => bound(one)));
      for (const [name, all] of this.hoisted) {
        if (params.has(name)) refuse(all[0].node, `a variable with the name of the parameter ${name}`);
        for (const one of all) {
          const around = all.some(
            (other) => other !== one && other.scope.start <= one.scope.start && other.scope.end >= one.scope.end,
          );
          if (around) refuse(one.node, `a second variable ${name} inside the scope of the first`);
        }
        walk(this.fn.body, (node, parent) => {
          if (node.type !== 'Identifier' || node.name !== name) return;
          if (parent?.type === 'MemberExpression' && parent.property === node && !parent.computed) return;
          if (parent?.type === 'Property' && parent.key === node && !parent.computed && !parent.shorthand) return;
          if (all.some(({ scope }) => node.start >= scope.start && node.end <= scope.end)) return;
          // A variable of an inner block without a yield, which stays where it is, would be found here as well.
          if (this.#declaredBelow(name, node)) return;
          refuse(node, `a variable ${name} that hides another`);
        });
      }
    }

    #declaredBelow(name, node) {
      let found = false;
      walk(this.fn.body, (one) => {
        if (one.start > node.start || one.end < node.end) return false;
        if (isFunction(one) && one.params.some((param) => bound(param).includes(name))) found = true;
        const list = one.type === 'BlockStatement' ? one.body : isLoop(one) ? [one.init, one.left] : [];
        for (const each of list) {
          if (each?.type !== 'VariableDeclaration') continue;
          if (each.declarations.some(({ id }) => bound(id).includes(name))) found = true;
        }
      });
      return found;
    }

    /** A yield: gone to, or reached in the course of things. */
    #site(node, number) {
      const { values } = node;
      const record = `${code.slice(values.start, values.end - 1)}, ${number}, ${this.self})`;
      if (node.delegate) {
        const argument = node.argument.expressions[1];
        out.remove(values.start, argument.start);
        out.appendRight(argument.start, `$r === ${number} ? ($r = 0, $child($d)) : $call(`);
        out.appendLeft(argument.end, `, ${record})`);
        this.#checkBefore(node);
        return;
      }
      out.overwrite(values.start, values.end, record);
      out.appendRight(node.argument.start, `$r === ${number} ? ($r = 0) : (`);
      out.appendLeft(node.argument.end, ')');
    }

    /** What an expression reads before a yield in it is read again on the way back. */
    #checkBefore(site) {
      const { expression } = site;
      const kept = new Set(site.values.arguments[2].elements.map((one) => one.name));
      walk(expression, (node, parent) => {
        if (isFunction(node)) return false;
        if (node.type !== 'Identifier' || node.end > site.start || isCallOf(parent, '$y')) return;
        if (parent?.type === 'MemberExpression' && parent.property === node && !parent.computed) return;
        if (parent?.type === 'AssignmentExpression' && parent.left === node) return;
        if (parent?.type === 'VariableDeclarator') return;
        if (parent?.type === 'ArrayExpression') return;
        const local = this.hoisted.has(node.name) || this.fn.params.some((one) => bound(one).includes(node.name));
        if (!local || kept.has(node.name)) return;
        // Of the operators that choose, only the side that was chosen is gone to.
        if (this.#isCondition(expression, node, site)) return;
        refuse(node, `${node.name}, which is read before a yield in the same expression and not after it,`);
      });
    }

    #isCondition(expression, node, site) {
      let found = false;
      const holds = (outer, inner) => outer.start <= inner.start && outer.end >= inner.end;
      walk(expression, (one) => {
        if (one.type === 'LogicalExpression' && holds(one.left, node) && holds(one.right, site)) found = true;
        if (one.type === 'ConditionalExpression' && holds(one.test, node) && !holds(one.test, site)) found = true;
        if (one.type === 'ConditionalExpression' && holds(one.consequent, node) && holds(one.alternate, site))
          found = true;
      });
      return found;
    }

    /** Functions as values keep what they captured: variables of theirs, since the ones here are put back by writing. */
    #closures() {
      walk(this.fn.body, (node) => {
        if (!isCallOf(node, '$c')) return;
        const [, , captured, changes] = node.arguments;
        if (changes !== undefined) return false;
        const names = captured.body.elements.map((one) => one.name).filter((name) => this.hoisted.has(name));
        if (names.length > 0) {
          out.appendRight(node.start, `((${names.join(', ')}) => `);
          out.appendLeft(node.end, `)(${names.join(', ')})`);
        }
        return false;
      });
    }

    /** Statements one after another: those without a yield are left out on the way. */
    #list(statements) {
      let open = null;
      const close = () => {
        if (open !== null) out.appendLeft(open, ' }');
        open = null;
      };
      for (const statement of statements) {
        if (statement.type === 'FunctionDeclaration' || statement.type === 'EmptyStatement') {
          close();
          continue;
        }
        const here = this.#in(statement);
        if (here !== null) {
          close();
          out.appendRight(statement.start, `if ($r === 0 || ${here}) { `);
          open = statement.end;
          close();
          continue;
        }
        if (open === null) out.appendRight(statement.start, 'if ($r === 0) { ');
        open = statement.end;
      }
      close();
    }

    /** Goes down the ways to the yields. */
    #visit(node) {
      if (node.type !== 'BlockStatement' || node !== this.fn.body) {
        if (isFunction(node)) return;
        if (this.#range(node) === null && node.type !== 'VariableDeclaration') return;
      }
      switch (node.type) {
        case 'BlockStatement':
          if (node !== this.fn.body) this.#list(node.body);
          break;
        case 'VariableDeclaration':
          if (this.#isHoisted(node)) this.#assign(node);
          break;
        case 'IfStatement':
        case 'ConditionalExpression':
          this.#test(node.test, node.consequent, node.alternate);
          break;
        case 'WhileStatement':
          this.#test(node.test, node.body);
          break;
        case 'DoWhileStatement':
          if (node.body.type !== 'BlockStatement') refuse(node, 'do without a block');
          break;
        case 'ForStatement':
          if (this.#range(node.update) !== null) refuse(node, 'a yield in the last part of a for');
          if (node.test) this.#test(node.test, node.body);
          if (node.init) {
            const also = this.#in(node.init);
            out.appendRight(node.init.start, also === null ? '$r === 0 && (' : `($r === 0 || ${also}) && (`);
            out.appendLeft(node.init.type === 'VariableDeclaration' ? this.#endOf(node.init) : node.init.end, ')');
          }
          break;
        case 'ForOfStatement':
        case 'ForInStatement':
          refuse(node, 'a loop of this kind around a yield');
          break;
        case 'SwitchStatement':
          this.#cases(node);
          break;
        case 'TryStatement':
          if (node.handler && this.#range(node.handler) !== null) refuse(node, 'a yield in catch');
          break;
        case 'LogicalExpression':
          this.#operator(node);
          break;
      }
      for (const key of Object.keys(node)) {
        const child = node[key];
        for (const one of Array.isArray(child) ? child : [child]) {
          if (typeof one?.type === 'string' && !this.#isFrameNumber(one)) this.#visit(one);
        }
      }
    }

    #isHoisted(node) {
      return [...this.hoisted.values()].some((all) => all.some((one) => one.node === node));
    }

    #endOf(declaration) {
      return declaration.declarations.at(-1).end;
    }

    /** A declaration becomes assignments. */
    #assign(node) {
      out.overwrite(node.start, node.declarations[0].start, ' ', { contentOnly: true });
      for (const { id, init, start, end } of node.declarations) {
        if (init === null) out.appendLeft(end, ' = undefined');
        if (id.type !== 'Identifier') {
          out.appendRight(start, '(');
          out.appendLeft(end, ')');
        }
      }
    }

    /** A condition, answered by where the yield to go to is. */
    #test(test, consequent, alternate) {
      const yes = this.#in(consequent);
      const no = this.#in(alternate);
      if (yes === null && no === null) return;
      const not = no === null ? '(' : `!${no} && (`;
      out.appendRight(test.start, yes === null ? `(${not}` : `(${yes} || ${not}`);
      out.appendLeft(test.end, '))');
    }

    #cases(node) {
      let way = '';
      for (const one of node.cases) {
        const here = one.consequent.map((statement) => this.#in(statement)).filter((text) => text !== null);
        this.#list(one.consequent);
        if (here.length === 0) continue;
        if (one.test && one.test.type !== 'Literal' && one.test.type !== 'Identifier')
          refuse(one, 'a case that is computed');
        way += `${here.join(' || ')} ? ${one.test ? code.slice(one.test.start, one.test.end) : '$none'} : `;
      }
      if (way === '') return;
      out.appendRight(node.discriminant.start, `${way}(`);
      out.appendLeft(node.discriminant.end, ')');
    }

    #operator({ left, right, operator }) {
      const here = this.#in(right);
      if (here === null) return;
      const before = { '&&': `(${here} || (`, '||': `(!(${here}) && (`, '??': `(${here} ? null : (` }[operator];
      out.appendRight(left.start, before);
      out.appendLeft(left.end, '))');
    }

    #prologue() {
      const names = [...this.hoisted.keys()];
      const cases = this.sites.map((site, i) => {
        const { elements } = site.values.arguments[2];
        const back = elements.map((one, at) => (one.type === 'Identifier' ? ` ${one.name} = $v[${at}];` : ''));
        return ` case ${i + 1}:${back.join('')} break;`;
      });
      return ` let ${['$r = 0', ...names].join(', ')}; if ($resuming()) { const $v = $values($d); switch ($r = $site($d)) {${cases.join('')} } }`;
    }
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
      for (const key of Object.keys(node)) {
        const child = node[key];
        for (const one of Array.isArray(child) ? child : [child]) {
          if (typeof one?.type === 'string') look(one, expression);
        }
      }
    };
    look(fn.body, null);
    return found.sort((a, b) => a.start - b.start);
  }

  visit(tree, null);
  return out.toString();
}
