/** Loading a tree's addon. Each load has the kernel's variables to itself: it is a copy of the file of its own. */
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
/** Loads a copy of an addon and opens its arena. Throws where it cannot be loaded or memory cannot be reserved. */
export function loadAddon(path) {
    const dir = mkdtempSync(join(tmpdir(), 'panthor-shim-tree-'));
    try {
        const copy = join(dir, 'tree.node');
        copyFileSync(path, copy);
        const module = { exports: {} };
        process.dlopen(module, copy);
        const error = module.exports.open();
        if (error !== 0)
            throw new Error(`the address space for the tree's memory cannot be reserved (errno ${error})`);
        return module.exports;
    }
    finally {
        if (!process.env.KEEP_ADDON) rmSync(dir, { recursive: true, force: true });
    }
}
//# sourceMappingURL=native.js.map