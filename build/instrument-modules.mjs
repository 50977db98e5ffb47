/** Names of module-level variables: out of sight, so the explorer's code must not change them. */
export function moduleVariables(tree) {
  const names = new Set();
  for (const statement of tree.body) {
    const declaration = statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement;
    if (declaration?.type !== 'VariableDeclaration' || declaration.kind === 'const') continue;
    for (const { id } of declaration.declarations) if (id.type === 'Identifier') names.add(id.name);
  }
  return names;
}
