import { walk } from './ast.mjs';

/** Methods that change an array, typed array, Map or Set in place. */
export const MUTATORS = new Set(
  (
    'push pop shift unshift splice sort reverse fill copyWithin set delete clear add ' +
    'setUint8 setInt8 setUint16 setInt16 setUint32 setInt32 setBigUint64 setBigInt64 setFloat32 setFloat64'
  ).split(' '),
);

/**
 * Fields that are no part of a state, by class: written on the way and read by reports alone. Were they hashed, a loop of
 * retries would never come back to a state. Explored code that reads one is refused.
 */
export const UNHASHED = {
  Machine: ['commands', 'cacheFlushes'],
  PanthorMmu: ['stats'],
  PanthorDevice: ['warnings'],
};
const UNHASHED_FIELDS = new Set(Object.values(UNHASHED).flat());

/** The name of a property, as it is after private names became ordinary ones. */
export const nameOf = (member) =>
  member.property.type === 'PrivateIdentifier' ? `$_${member.property.name}` : member.property.name;

/** The names of fields that the class around a node declares. */
function fieldsAround(tree, node) {
  let found = null;
  walk(tree, (one) => {
    if (one.start > node.start || one.end < node.end) return false;
    if (/^Class(Declaration|Expression)$/.test(one.type)) found = one;
  });
  const names = found?.body.body
    .filter((one) => one.type === 'PropertyDefinition')
    .map((one) => one.key.name);
  return { className: found?.id?.name, names: names ?? [] };
}

/** Whether a member expression reads a field that is not hashed and its value may go anywhere but back into that field. */
export function readsUnhashed(tree, node) {
  if (node.computed || !UNHASHED_FIELDS.has(nameOf(node))) return false;
  const name = nameOf(node);
  if (node.object.type === 'ThisExpression') {
    const { className, names } = fieldsAround(tree, node);
    // Another class's field of that name, which is hashed.
    if (names.includes(name) && !UNHASHED[className]?.includes(name)) return false;
  }
  let statement = null;
  walk(tree, (one) => {
    if (one.start > node.start || one.end < node.end) return false;
    if (one.type === 'ExpressionStatement') statement = one;
  });
  const base = (expression) => {
    let one = expression;
    while (
      one &&
      one !== node &&
      !(one.type === 'MemberExpression' && !one.computed && nameOf(one) === name)
    ) {
      one = one.type === 'MemberExpression' ? one.object : one.type === 'CallExpression' ? one.callee : null;
    }
    return one !== null && one !== undefined;
  };
  const written = statement?.expression;
  if (written?.type === 'UpdateExpression' && base(written.argument)) return false;
  if (written?.type === 'AssignmentExpression' && base(written.left)) return false;
  if (
    written?.type === 'CallExpression' &&
    MUTATORS.has(written.callee.property?.name) &&
    base(written.callee)
  )
    return false;
  return true;
}
