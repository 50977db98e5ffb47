/** The library as users have it: the built form, with the types of the sources. */
import { fileURLToPath, pathToFileURL } from 'node:url';

const built = fileURLToPath(new URL('../../dist/src/index.js', import.meta.url));
export const library = (await import(pathToFileURL(built).href)) as typeof import('../../src/index.ts');
