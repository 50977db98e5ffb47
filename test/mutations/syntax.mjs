/**
 * Patterns of code: a statement, several in a row, or an expression (what ends in neither `;` nor `}`). `$name` stands for
 * any expression, the same one wherever it is written again, so that a pattern names properties, functions and constants,
 * but no local. Formatting, parentheses, types, `let` or `const`, and the `#` of a private name make no difference.
 */
import { parseSync } from 'rolldown/utils';

/** @typedef {{ type: string, start: number, end: number, [key: string]: any }} Node */

/** What tells nothing about a node. */
const IGNORED = new Set([
  ...['type', 'start', 'end', 'range', 'raw', 'parent', 'kind', 'shorthand', 'directive'],
  ...['typeAnnotation', 'returnType', 'typeParameters', 'typeArguments', 'definite', 'declare', 'optional'],
  ...['accessibility', 'decorators'],
]);
const TYPE_ONLY = new Set(['TSAsExpression', 'TSNonNullExpression', 'TSSatisfiesExpression']);
const FUNCTIONS = new Set(['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression']);

/** @returns {Node} the program */
export function parse(file, code) {
  const { program, errors } = parseSync(file, code, { preserveParens: false });
  if (errors.length > 0) throw new SyntaxError(`${file}: ${errors[0].message}\n${code}`);
  return program;
}

/** @returns {Node[]} the statements of a pattern, or its one expression */
export function parsePattern(pattern) {
  const isExpression = !/[;}]$/.test(pattern);
  const body = isExpression ? `(${pattern});` : pattern;
  // Within a generator, where yield* may be written.
  const statements = parse('pattern.ts', `function* _() { ${body} }`).body[0].body.body;
  return isExpression ? [statements[0].expression] : statements;
}

function children(node) {
  return Object.entries(node).filter(([key, value]) => !IGNORED.has(key) && value !== undefined);
}

function bare(node) {
  return TYPE_ONLY.has(node?.type) ? bare(node.expression) : node;
}

function isNode(value) {
  return typeof value === 'object' && value !== null && typeof value.type === 'string';
}

/** Whether `node` is what `pattern` says, with `bound` (by name, the nodes that stand for `$name`) filled in. */
function matches(pattern, node, bound) {
  if (Array.isArray(pattern)) {
    return (
      Array.isArray(node) &&
      pattern.length === node.length &&
      pattern.every((p, i) => matches(p, node[i], bound))
    );
  }
  if (!isNode(pattern)) return pattern === node;
  if (!isNode(node)) return false;
  const p = bare(pattern);
  const n = bare(node);
  if (p.type === 'Identifier' && p.name.startsWith('$')) {
    const before = bound.get(p.name);
    if (before !== undefined) return matches(before, n, new Map());
    bound.set(p.name, n);
    return true;
  }
  if (p.type !== n.type && !(p.type === 'Identifier' && n.type === 'PrivateIdentifier')) return false;
  return children(p).every(([key, value]) => (value === null ? !n[key] : matches(value, n[key], bound)));
}

function* walk(node) {
  yield node;
  for (const [, value] of children(node)) {
    for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) yield* walk(child);
  }
}

/** Every place below `node` where `pattern` matches: { start, end, bound }. */
export function* findAll(pattern, node, bound) {
  const found = (nodes) => {
    const names = new Map(bound);
    return matches(pattern, nodes, names) ? names : null;
  };
  for (const one of walk(node)) {
    // A lone pattern fits wherever its node may be; several statements want a list.
    const single = pattern.length === 1 ? found([one]) : null;
    if (single !== null) yield { start: one.start, end: one.end, bound: single };
    if (pattern.length === 1) continue;
    for (const [, list] of children(one)) {
      if (!Array.isArray(list)) continue;
      for (let i = 0; i + pattern.length <= list.length; i++) {
        const names = found(list.slice(i, i + pattern.length));
        if (names === null) continue;
        yield { start: list[i].start, end: list[i + pattern.length - 1].end, bound: names };
      }
    }
  }
}

/** The functions of a program by name: [name, function]; a method is there as `name` and as `Class.name`. */
export function* namedFunctions(node, inClass = '') {
  for (const one of walk(node)) {
    if (one.type === 'ClassDeclaration' || one.type === 'ClassExpression') {
      for (const member of one.body.body) {
        if (member.type !== 'MethodDefinition' || member.computed) continue;
        yield [member.key.name, member.value];
        yield [`${one.id?.name ?? inClass}.${member.key.name}`, member.value];
      }
    } else if (one.type === 'FunctionDeclaration' && one.id) yield [one.id.name, one];
    else if (one.type === 'VariableDeclarator' && FUNCTIONS.has(one.init?.type))
      yield [one.id.name, one.init];
  }
}
