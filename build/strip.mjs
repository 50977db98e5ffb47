import { parse } from 'acorn';
import MagicString from 'magic-string';
import { holdsStatements, walk } from './ast.mjs';

/**
 * Turns interruptible code (src/coroutine/op.ts) into plain code: `function*` and `*method` lose their star,
 * `yield* f()` becomes `f()`, and a `yield POINT;` statement goes.
 *
 * Everything that goes is overwritten with blanks, so every line and column stays where it was and the source map that
 * the compiler wrote remains right as it is.
 *
 * @param {string} code JavaScript, an ES module
 * @param {string} file its name, for messages
 * @returns {string}
 * @throws {SyntaxError} where a `yield` is used as a value: after stripping there is none to send one
 */
export function strip(code, file) {
  const out = new MagicString(code);
  const blank = (start, end) => {
    if (end > start) out.overwrite(start, end, code.slice(start, end).replace(/[^\n\r]/g, ' '));
  };
  const star = (from, to) => {
    const at = code.indexOf('*', from);
    if (at < from || at >= to) throw new SyntaxError(`${file}: no star between ${from} and ${to}`);
    blank(at, at + 1);
  };

  walk(parse(code, { ecmaVersion: 2023, sourceType: 'module', locations: true }), (node, parent) => {
    switch (node.type) {
      case 'FunctionDeclaration':
      case 'FunctionExpression':
        if (!node.generator) break;
        if (node.async)
          throw new SyntaxError(`${file}:${node.loc.start.line}: an async generator cannot be stripped`);
        if (parent?.type === 'MethodDefinition' || (parent?.type === 'Property' && parent.method)) {
          star(parent.start, parent.key.start);
        } else {
          star(node.start, node.id ? node.id.start : node.body.start);
        }
        break;
      case 'YieldExpression':
        if (node.delegate) {
          blank(node.start, node.argument.start);
        } else if (parent?.type !== 'ExpressionStatement') {
          throw new SyntaxError(
            `${file}:${node.loc.start.line}: a bare yield must be a statement of its own`,
          );
        }
        break;
      case 'ExpressionStatement':
        if (node.expression.type !== 'YieldExpression' || node.expression.delegate) break;
        if (holdsStatements(parent)) blank(node.start, node.end);
        else out.overwrite(node.start, node.end, `;${' '.repeat(node.end - node.start - 1)}`);
        return false;
    }
  });
  return out.toString();
}
