/**
 * Puts the model into one module, so that the engine knows what its parts refer to.
 *
 * V8 reads an imported or exported binding from a cell at each use, and checks what it finds there; a constant or a
 * function that a module keeps to itself it compiles in. One VM_BIND makes some hundred such uses. So all files of the
 * model become one module, dist/src/driver/linked.js, that uses its own bindings and exports copies of them; each file
 * stays as a list of what it exports from there, and who imports it need not know.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { rolldown } from 'rolldown';

export const LINKED = 'src/driver/linked.js';
const ENTRY = '\0linked';

/** Path of `to`, seen from the file `from`, as an import writes it. */
function importPath(from, to) {
  const path = relative(dirname(from), to).split(sep).join('/');
  return path.startsWith('.') ? path : `./${path}`;
}

/** Names that a compiled module exports. */
async function exportedNames(path) {
  if (/^export let /m.test(readFileSync(path, 'utf8'))) {
    throw new Error(`${path} exports a variable; its copy would not follow it`);
  }
  return Object.keys(await import(pathToFileURL(path)));
}

/**
 * Links `files`, paths below `dir` of compiled modules, in place.
 *
 * @param {string} dir
 * @param {string[]} files
 */
export async function link(dir, files) {
  const entry = [];
  const facades = new Map();
  let count = 0;
  for (const file of files) {
    const from = importPath(file, LINKED);
    const list = (await exportedNames(join(dir, file))).map((name) => {
      const id = `out${count++}`;
      entry.push(
        `import { ${name} as ${id}$ } from ${JSON.stringify(resolve(dir, file))};`,
        `const ${id} = ${id}$;`,
        `export { ${id} };`,
      );
      return `${id} as ${name}`;
    });
    facades.set(file, `export { ${list.join(', ')} } from '${from}';\n`);
  }
  const inside = new Set(files.map((file) => resolve(dir, file)));
  const bundle = await rolldown({
    input: ENTRY,
    platform: 'node',
    treeshake: false,
    external: (id, importer) =>
      id !== ENTRY &&
      importer !== undefined &&
      importer !== ENTRY &&
      !inside.has(resolve(dirname(importer), id)),
    plugins: [
      {
        name: 'compiled modules',
        resolveId: (id) => (id === ENTRY ? id : null),
        load: (id) =>
          id === ENTRY
            ? entry.join('\n')
            : {
                code: readFileSync(id, 'utf8').replace(/^\/\/# sourceMappingURL=.*$/m, ''),
                map: JSON.parse(readFileSync(`${id}.map`, 'utf8')),
              },
      },
    ],
  });
  await bundle.write({ file: join(dir, LINKED), format: 'esm', sourcemap: true });
  await bundle.close();
  for (const [file, code] of facades) {
    writeFileSync(join(dir, file), code);
    rmSync(join(dir, `${file}.map`), { force: true });
  }
}
