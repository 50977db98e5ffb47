import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
/** Where the package is: the directory above this file that has native-stubs/ (sources and dist/ lie differently deep). */
export function packageRoot() {
    let dir = dirname(fileURLToPath(import.meta.url));
    while (!existsSync(join(dir, 'native-stubs', 'compile.mjs'))) {
        const parent = dirname(dir);
        if (parent === dir)
            throw new Error('the package has no native-stubs/ directory');
        dir = parent;
    }
    return dir;
}
/** Where compiled C is (native-stubs/compile.mjs puts it there). */
export function nativeBuildDir() {
    return join(packageRoot(), 'native-stubs', 'build');
}
//# sourceMappingURL=package-root.js.map