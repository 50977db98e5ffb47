import { relative, resolve, sep } from 'node:path';
import { SyntaxKind } from 'typescript/unstable/ast';
import { API } from 'typescript/unstable/sync';

/** Functions that take the result of an interruptible call: they work on a generator and on the plain result alike. */
const takers = new Set(['run', 'spawn']);

/**
 * Finds calls of interruptible functions (those that return a Generator) whose `yield*` was forgotten. Unstripped code
 * would quietly do nothing there; stripped code would do it all, and the two builds would differ.
 *
 * Such a call must be the operand of `yield*`, an argument of `run` or `spawn`, or what a function that is not itself a
 * generator returns: then the duty passes on to that function's callers, whose type says so.
 *
 * The compiler's types decide, not the names, since `put()` of one class may be interruptible and that of another not.
 *
 * @param {string} config path of a tsconfig.json
 * @param {string} [root] messages name files relative to it
 * @param {(file: string) => boolean} [exempt] files (relative to root, with slashes) that always run unstripped
 * @param {(file: string) => boolean} [stripped] files in which every generator has to be an interruptible function,
 *   declared, if at all, as Op<…> (or another alias that ends in Op): stripping turns all of them into plain functions
 * @returns {string[]} one `file:line: message` each
 */
export function checkYields(
  config,
  root = resolve(config, '..'),
  exempt = () => false,
  stripped = () => false,
) {
  const api = new API({ cwd: root });
  try {
    const project = api.updateSnapshot({ openProjects: [resolve(config)] }).getProjects()[0];
    if (!project) throw new Error(`${config}: no such project`);
    const problems = [];
    for (const name of project.program.getSourceFileNames()) {
      const shown = relative(root, name).split(sep).join('/');
      if (
        shown.startsWith('..') ||
        shown.includes('node_modules/') ||
        shown.endsWith('.d.ts') ||
        exempt(shown)
      )
        continue;
      const file = project.program.getSourceFile(name);
      if (file) checkFile(project, file, shown, problems, stripped);
    }
    return problems.sort();
  } finally {
    api.close();
  }
}

function checkFile(project, file, shown, problems, stripped) {
  const calls = [];
  const visit = (node) => {
    if (node.asteriskToken && functions.has(node.kind) && stripped(shown) && !declaredOp(node)) {
      const line = file.text.slice(0, node.asteriskToken.end).split('\n').length;
      problems.push(
        `${shown}:${line}: ${node.name?.text ?? 'a generator'} is no Op: stripping would empty it`,
      );
    }
    if (node.kind === SyntaxKind.CallExpression && !isTaken(node)) calls.push(node);
    node.forEachChild(visit);
  };
  file.forEachChild(visit);
  if (calls.length === 0) return;
  const types = project.checker.getTypeAtLocation(calls);
  calls.forEach((call, i) => {
    if (!types[i] || !isGenerator(types[i])) return;
    const line = file.text.slice(0, call.expression.end).split('\n').length;
    problems.push(
      `${shown}:${line}: ${call.expression.getText(file)}() is interruptible: call it with yield* or run()`,
    );
  });
}

function declaredOp(node) {
  const name = node.type?.typeName?.text;
  return name === undefined || name.endsWith('Op') || name === 'Generator';
}

function isGenerator(type) {
  const parts = type.types ?? type.getTypes?.();
  if (Array.isArray(parts)) return parts.some(isGenerator);
  return type.getSymbol()?.name === 'Generator';
}

/** Whether what `call` returns goes where it may. */
function isTaken(call) {
  let node = call;
  let parent = node.parent;
  while (
    parent.kind === SyntaxKind.ParenthesizedExpression ||
    parent.kind === SyntaxKind.AsExpression ||
    parent.kind === SyntaxKind.NonNullExpression ||
    (parent.kind === SyntaxKind.ConditionalExpression && parent.condition !== node)
  ) {
    node = parent;
    parent = parent.parent;
  }
  switch (parent.kind) {
    case SyntaxKind.YieldExpression:
      return parent.asteriskToken !== undefined;
    case SyntaxKind.CallExpression: {
      const callee = parent.expression;
      return parent.arguments.includes(node) && takers.has(callee.name?.text ?? callee.text);
    }
    case SyntaxKind.ArrowFunction:
      return parent.body === node;
    case SyntaxKind.ReturnStatement:
      return !enclosingFunction(parent)?.asteriskToken;
    default:
      return false;
  }
}

const functions = new Set([
  SyntaxKind.FunctionDeclaration,
  SyntaxKind.FunctionExpression,
  SyntaxKind.ArrowFunction,
  SyntaxKind.MethodDeclaration,
  SyntaxKind.GetAccessor,
  SyntaxKind.Constructor,
]);

function enclosingFunction(node) {
  while (node && !functions.has(node.kind)) node = node.parent;
  return node;
}
