import { parse } from 'acorn';
import MagicString from 'magic-string';
import { walk } from './ast.mjs';
import { instrumentClosures } from './instrument-closures.mjs';
import { fieldHelpers } from './instrument-fields.mjs';
import { instrumentFrames } from './instrument-frames.mjs';
import { moduleVariables } from './instrument-modules.mjs';
import { namesIn } from './instrument-names.mjs';
import { instrumentReads, readHelpers } from './instrument-reads.mjs';
import { instrumentResume } from './instrument-resume.mjs';
import { MUTATORS, nameOf, readsUnhashed, UNHASHED } from './instrument-unhashed.mjs';

/**
 * Makes code that the explorer runs tracks its own state (src/explore/state/objects.ts):
 *
 * - every write to a property or an element, and every call that changes an array, a Map or a Set, goes through a
 *   helper that updates the fingerprint of the state and notes what to undo;
 * - private names become ordinary properties, so that nothing is out of sight;
 * - every generator function records at each yield where it stands and what it remembers (instrument-frames.mjs).
 *
 * So whatever differs between two states is in their fingerprints without a list of them. No line moves;
 * columns do.
 *
 * @param {string} code JavaScript, an ES module
 * @param {string} file its name, for messages
 * @param {string} tracking how the module imports src/explore/state/tracking.js
 * @param {{ setters: ReadonlySet<string>, watched: ReadonlySet<string> }} [names] of properties in all modules; see namesIn()
 * @returns {string} the code
 * @throws {InstrumentError} for what cannot be followed: writes by destructuring, `delete`, Object.assign, module-level
 *   variables, a yield in finally, a read of what is not hashed, …
 */
export function instrument(code, file, tracking, names = namesIn([code])) {
  const tree = parse(code, { ecmaVersion: 2023, sourceType: 'module', locations: true });
  const out = new MagicString(code);
  // What was put in beside the replaced part stays.
  const replace = (start, end, text) => out.overwrite(start, end, text, { contentOnly: true });
  const fields = new Set();
  const problems = [];
  const refuse = (node, what) => {
    problems.push(`${file}:${node.loc.start.line}: the explorer cannot follow ${what}`);
  };
  const variables = moduleVariables(tree);

  const rewritePrivateNames = (node) => {
    if (node.type === 'PrivateIdentifier') replace(node.start, node.end, `$_${node.name}`);
  };
  walk(tree, rewritePrivateNames);

  const yieldsIn = (node) => {
    let found = false;
    walk(node, (n) => {
      if (n.type === 'YieldExpression') found = true;
      return !/Function/.test(n.type);
    });
    return found;
  };
  const simple = (node) => node.type === 'ThisExpression' || node.type === 'Identifier';

  /** Where the object of a member expression ends, parentheses around it included. */
  const objectEnd = (member) => code.lastIndexOf(member.computed ? '[' : '.', member.property.start);

  /** `target OP= value`, target being a member expression. */
  const assign = (node) => {
    const { left, right, operator } = node;
    if (/^(\?\?|&&|\|\|)=$/.test(operator) && !left.computed && !yieldsIn(node)) {
      out.appendLeft(left.start, '$l(');
      replace(
        objectEnd(left),
        code.indexOf(operator, left.end) + operator.length,
        `, '${nameOf(left)}', '${operator}', () =>`,
      );
      out.appendRight(node.end, ')');
      return;
    }
    if ((operator !== '=' && yieldsIn(right)) || !/^(\*\*|<<|>>>?|[-+*/%&|^])?=$/.test(operator)) {
      refuse(node, `an assignment with ${operator}`);
      return;
    }
    const { object, property } = left;
    const op = operator.slice(0, -1);
    const operatorEnd = code.indexOf(operator, left.end) + operator.length;
    const end = op === '' ? ')' : '))';
    if (left.computed) {
      out.appendLeft(left.start, op === '' ? '$e(' : '$eu(');
      replace(objectEnd(left), property.start, ', ');
      replace(property.end, operatorEnd, op === '' ? ', ' : `, $t => $t ${op} (`);
      out.appendRight(node.end, end);
      return;
    }
    const field = nameOf(left);
    fields.add(field);
    let middle = ', ';
    if (op !== '' && simple(object)) {
      middle = `, ${code.slice(object.start, object.end)}.${field} ${op} (`;
    } else if (op !== '') {
      middle = `, $t => $t ${op} (`;
    }
    out.appendLeft(left.start, `${op === '' || simple(object) ? '$w_' : '$u_'}${field}(`);
    replace(objectEnd(left), operatorEnd, middle);
    out.appendRight(node.end, end);
  };

  /** `++target` and its kin. */
  const update = (node, parent) => {
    const target = node.argument;
    const unused = parent.type === 'ExpressionStatement' ? ', true' : '';
    const rest = `, ${node.operator === '++' ? 1 : -1}, ${node.prefix}${unused})`;
    if (node.prefix) out.remove(node.start, target.start);
    if (target.computed) {
      out.appendLeft(target.start, '$ei(');
      replace(objectEnd(target), target.property.start, ', ');
      replace(target.property.end, node.end, rest);
      return;
    }
    const field = nameOf(target);
    fields.add(field);
    out.appendLeft(target.start, `$i_${field}(`);
    replace(objectEnd(target), node.end, rest);
  };

  /** `object.push(…)` and its kin: what the object is shows at run time. */
  const mutate = (node) => {
    const { callee } = node;
    const operator = callee.optional ? '?.' : '.';
    const name = callee.property.name;
    const [first] = node.arguments;
    const pushes =
      name === 'push' && !callee.optional && node.arguments.length === 1 && first.type !== 'SpreadElement';
    out.appendLeft(callee.start, pushes ? '$push(' : callee.optional ? '$mo(' : '$m(');
    const open = code.indexOf('(', callee.end);
    const comma = node.arguments.length > 0 ? ', ' : '';
    const named = pushes ? ', ' : `, '${name}'${comma}`;
    replace(code.lastIndexOf(operator, callee.property.start), open + 1, named);
  };

  walk(tree, (node, parent) => {
    switch (node.type) {
      case 'AssignmentExpression':
        if (node.left.type === 'MemberExpression') assign(node);
        else if (node.left.type === 'Identifier' && variables.has(node.left.name))
          refuse(node, 'a module-level variable');
        else if (/Pattern/.test(node.left.type)) {
          walk(node.left, (n) => {
            if (n.type !== 'MemberExpression') return;
            refuse(node, 'assigning to properties by destructuring');
            return false;
          });
        }
        break;
      case 'UpdateExpression':
        if (node.argument.type === 'MemberExpression') update(node, parent);
        else if (variables.has(node.argument.name)) refuse(node, 'a module-level variable');
        break;
      case 'UnaryExpression':
        if (node.operator === 'delete') refuse(node, 'delete');
        break;
      case 'CallExpression': {
        const callee = node.callee;
        if (callee.type !== 'MemberExpression' || callee.computed) break;
        if (callee.property.type !== 'Identifier') break;
        if (
          callee.object.type === 'Identifier' &&
          callee.object.name === 'Object' &&
          callee.property.name === 'assign'
        ) {
          refuse(node, 'Object.assign');
        }
        if (MUTATORS.has(callee.property.name) && callee.object.type !== 'Super') mutate(node, parent);
        break;
      }
      case 'ClassDeclaration':
      case 'ClassExpression':
        classState(node, parent);
        break;
      case 'MemberExpression':
        if (readsUnhashed(tree, node))
          refuse(node, `a read of ${nameOf(node)}, which is no part of the state`);
        break;
      case 'ImportDeclaration':
        importedState(node);
        break;
      case 'VariableDeclaration':
        if (parent?.type === 'Program' || parent?.type === 'ExportNamedDeclaration') moduleState(node);
        break;
    }
  });

  /** Constants of the uAPI: were they not named from the start, the first schedule that keeps one would name it. */
  function importedState(node) {
    if (!node.source.value.includes('/uapi/')) return;
    for (const { local } of node.specifiers) out.appendLeft(node.end, ` $root(${local.name});`);
  }

  /** Module-level objects are state as well. */
  function moduleState(node) {
    for (const { id } of node.declarations) {
      if (id.type !== 'Identifier' || node.kind !== 'const') continue;
      out.appendLeft(node.end, ` $root(${id.name});`);
    }
  }

  /** Static fields are state, and some classes have fields that are none. */
  function classState(node, parent) {
    const name = node.id?.name;
    const unhashed = UNHASHED[name] ?? [];
    const declared = new Set(
      node.body.body.filter((one) => one.type === 'PropertyDefinition').map((one) => one.key.name),
    );
    for (const field of unhashed)
      if (!declared.has(field)) refuse(node, `${name}.${field}, which is not there,`);
    const hasState = node.body.body.some((one) => one.static && one.type === 'PropertyDefinition');
    if (!hasState && unhashed.length === 0) return;
    const top = parent?.type === 'Program' || /^Export/.test(parent?.type ?? '');
    if (!top || node.type !== 'ClassDeclaration') {
      refuse(node, 'static fields of a class that is not at the top of its module');
      return;
    }
    const end = parent.type === 'Program' ? node.end : parent.end;
    if (hasState) out.appendLeft(end, ` $root(${name});`);
    if (unhashed.length > 0) out.appendLeft(end, ` $unhashed(${name}, ${JSON.stringify(unhashed)});`);
  }

  const closures = instrumentClosures(tree, out, file);
  const frames = instrumentFrames(tree, out, replace, code, file, refuse);
  const reads = instrumentReads(tree, out, code, names.watched, refuse);
  if (problems.length > 0) throw new InstrumentError(problems);
  if (fields.size === 0 && frames === 0 && !closures && out.toString() === code) return code;
  const helpers = [...fields].map((field) => fieldHelpers(field, names.setters.has(field))).join('');
  const readers = [...reads].map(readHelpers).join('');
  const imported =
    '$key, $note, $root, $e, $eu, $ei, $m, $mo, $push, $length, $enter, $y, $array, $c, $l, $unhashed, ' +
    '$resuming, $values, $site, $child, $call, $none, $silent, $plus, $log, $noted, $read, $element, $whole, $maybe, $maybeElement, $fields, $each, $count';
  out.prepend(`import { ${imported} } from '${tracking}'; ${helpers}${readers}`);
  const result = instrumentResume(out.toString(), refuse);
  if (problems.length > 0) throw new InstrumentError(problems);
  parse(result, { ecmaVersion: 2023, sourceType: 'module' });
  return result;
}

/** What the explorer could not tracking for: one line each, with file and line. */
export class InstrumentError extends Error {
  constructor(problems) {
    super(problems.join('\n'));
    this.name = 'InstrumentError';
    this.problems = problems;
  }
}
