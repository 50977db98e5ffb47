import { childrenOf, isFunction, walk } from './ast.mjs';
import { checkReads, checkShadows, isCallOf, variablesOnTheWay } from './resume-variables.mjs';

/** A generator function that is being given the way back to each of its yields. */
export class Resumable {
  constructor(module, fn, sites, self) {
    Object.assign(this, module, { fn, sites, self, hoisted: null });
  }

  rewrite() {
    const { fn } = this;
    this.hoisted = variablesOnTheWay(fn, (node) => this.#range(node) !== null);
    checkShadows(fn, this.hoisted, this.refuse);
    for (const site of this.sites) if (site.delegate) checkReads(fn, this.hoisted, site, this.refuse);
    for (const [i, site] of this.sites.entries()) this.#site(site, i + 1);
    this.#closures();
    this.#list(fn.body.body.slice(1));
    this.#visit(fn.body);
    this.out.appendLeft(fn.body.body[0].end, this.#prologue());
  }

  /** First and last number of the yields below a node, or null. */
  #range(node) {
    if (!node) return null;
    const inside = this.sites.map((site, i) =>
      site.start >= node.start && site.end <= node.end ? i + 1 : 0,
    );
    const first = inside.find((n) => n > 0);
    return first === undefined ? null : [first, Math.max(...inside)];
  }

  /** Whether the yield to go to is below a node; null where it cannot be. */
  #in(node) {
    const range = this.#range(node);
    if (range === null) return null;
    return range[0] === range[1] ? `($r === ${range[0]})` : `($r >= ${range[0]} && $r <= ${range[1]})`;
  }

  /** A yield: gone to, or reached in the course of things. */
  #site(node, number) {
    const { values } = node;
    const record = `${this.code.slice(values.start, values.end - 1)}, ${number}, ${this.self})`;
    if (node.delegate) {
      const argument = node.argument.expressions[1];
      this.out.remove(values.start, argument.start);
      this.out.appendRight(argument.start, `$r === ${number} ? ($r = 0, $child($d)) : $call(`);
      this.out.appendLeft(argument.end, `, ${record})`);
      return;
    }
    this.out.overwrite(values.start, values.end, record);
    this.out.appendRight(node.argument.start, `$r === ${number} ? ($r = 0) : (`);
    this.out.appendLeft(node.argument.end, ')');
  }

  /** Functions as values keep what they captured: variables of theirs, since the ones here are put back by writing. */
  #closures() {
    walk(this.fn.body, (node) => {
      if (!isCallOf(node, '$c')) return;
      const [, , captured, changes] = node.arguments;
      if (changes !== undefined) return false;
      const names = captured.body.elements.map((one) => one.name).filter((name) => this.hoisted.has(name));
      if (names.length > 0) {
        this.out.appendRight(node.start, `((${names.join(', ')}) => `);
        this.out.appendLeft(node.end, `)(${names.join(', ')})`);
      }
      return false;
    });
  }

  /** Statements one after another: those without a yield are left out on the way. */
  #list(statements) {
    let open = null;
    const close = () => {
      if (open !== null) this.out.appendLeft(open, ' }');
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
        this.out.appendRight(statement.start, `if ($r === 0 || ${here}) { `);
        open = statement.end;
        close();
        continue;
      }
      if (open === null) this.out.appendRight(statement.start, 'if ($r === 0) { ');
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
        if (node.body.type !== 'BlockStatement') this.refuse(node, 'do without a block');
        break;
      case 'ForStatement':
        if (this.#range(node.update) !== null) this.refuse(node, 'a yield in the last part of a for');
        if (node.test) this.#test(node.test, node.body);
        if (node.init) {
          const also = this.#in(node.init);
          this.out.appendRight(
            node.init.start,
            also === null ? '$r === 0 && (' : `($r === 0 || ${also}) && (`,
          );
          this.out.appendLeft(
            node.init.type === 'VariableDeclaration' ? this.#endOf(node.init) : node.init.end,
            ')',
          );
        }
        break;
      case 'ForOfStatement':
      case 'ForInStatement':
        this.refuse(node, 'a loop of this kind around a yield');
        break;
      case 'SwitchStatement':
        this.#cases(node);
        break;
      case 'TryStatement':
        if (node.handler && this.#range(node.handler) !== null) this.refuse(node, 'a yield in catch');
        break;
      case 'LogicalExpression':
        this.#operator(node);
        break;
    }
    for (const child of childrenOf(node)) if (child !== this.fn.body.body[0]) this.#visit(child);
  }

  #isHoisted(node) {
    return [...this.hoisted.values()].some((all) => all.some((one) => one.node === node));
  }

  #endOf(declaration) {
    return declaration.declarations.at(-1).end;
  }

  /** A declaration becomes assignments. */
  #assign(node) {
    this.out.overwrite(node.start, node.declarations[0].start, ' ', { contentOnly: true });
    for (const { id, init, start, end } of node.declarations) {
      if (init === null) this.out.appendLeft(end, ' = undefined');
      if (id.type !== 'Identifier') {
        this.out.appendRight(start, '(');
        this.out.appendLeft(end, ')');
      }
    }
  }

  /** A condition, answered by where the yield to go to is. */
  #test(test, consequent, alternate) {
    const yes = this.#in(consequent);
    const no = this.#in(alternate);
    if (yes === null && no === null) return;
    const not = no === null ? '(' : `!${no} && (`;
    this.out.appendRight(test.start, yes === null ? `(${not}` : `(${yes} || ${not}`);
    this.out.appendLeft(test.end, '))');
  }

  #cases(node) {
    let way = '';
    for (const one of node.cases) {
      const here = one.consequent.map((statement) => this.#in(statement)).filter((text) => text !== null);
      this.#list(one.consequent);
      if (here.length === 0) continue;
      if (one.test && one.test.type !== 'Literal' && one.test.type !== 'Identifier')
        this.refuse(one, 'a case that is computed');
      way += `${here.join(' || ')} ? ${one.test ? this.code.slice(one.test.start, one.test.end) : '$none'} : `;
    }
    if (way === '') return;
    this.out.appendRight(node.discriminant.start, `${way}(`);
    this.out.appendLeft(node.discriminant.end, ')');
  }

  #operator({ left, right, operator }) {
    const here = this.#in(right);
    if (here === null) return;
    const before = { '&&': `(${here} || (`, '||': `(!(${here}) && (`, '??': `(${here} ? null : (` }[operator];
    this.out.appendRight(left.start, before);
    this.out.appendLeft(left.end, '))');
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
