import { errnoName } from '../../uapi/errno.js';
import { nativeIoctls } from './native-tables.js';
const names = new Map(nativeIoctls.map((spec) => [(spec.type << 8) | spec.nr, spec.shortName]));
/** Counts what clients ask and what they are told. */
export class LiveReport {
    wantsBefore = false;
    #device;
    #files = 0;
    #total = 0;
    #failed = 0;
    #mmaps = 0;
    #byName = new Map();
    #errors = new Map();
    constructor(device) {
        this.#device = device;
    }
    opened() {
        this.#files++;
    }
    ioctl(_on, call, ret) {
        const code = call.request & 0xffff;
        this.#total++;
        const name = nameOf(code);
        this.#byName.set(name, (this.#byName.get(name) ?? 0) + 1);
        if (ret >= 0)
            return;
        this.#failed++;
        const error = `${name} ${errnoName(-ret)}`;
        this.#errors.set(error, (this.#errors.get(error) ?? 0) + 1);
    }
    mmap() {
        this.#mmaps++;
    }
    released() { }
    summary(bugs, left, streams) {
        return {
            kernel: this.#device.kernel.name,
            files: this.#files,
            ioctls: {
                total: this.#total,
                failed: this.#failed,
                by_name: Object.fromEntries(this.#byName),
            },
            mmaps: this.#mmaps,
            errors: Object.fromEntries(this.#errors),
            warnings: Object.fromEntries(this.#device.warnings),
            bugs,
            left,
            streams,
        };
    }
}
function nameOf(code) {
    return names.get(code) ?? 'unknown';
}
/** The report as lines for people. */
export function reportText(s) {
    const calls = Object.entries(s.ioctls.by_name).sort((a, b) => b[1] - a[1]);
    const lines = [
        `kernel ${s.kernel}: ${s.ioctls.total} ioctls (${s.ioctls.failed} failed), ${s.mmaps} mmaps on ${s.files} open files`,
        ...calls.map(([name, count]) => `  ${String(count).padStart(8)}  ${name}`),
    ];
    for (const [what, count] of Object.entries(s.errors))
        lines.push(`  ${what}: ${count} times`);
    for (const [what, count] of Object.entries(s.warnings))
        lines.push(`  the kernel would warn: ${what} (${count} times)`);
    const { instructions, unshaded, fatal, faults } = s.streams;
    if (instructions > 0) {
        const bad = fatal + faults === 0 ? '' : `, ${fatal} CS_FATAL, ${faults} CS_FAULT`;
        lines.push(`  streams: ${instructions} instructions, ${unshaded} of them work that was not done${bad}`);
    }
    const { files, vms, objects } = s.left;
    if (files + vms + objects > 0)
        lines.push(`  still there: ${files} files, ${vms} VMs, ${objects} objects`);
    return `${lines.join('\n')}\n`;
}
//# sourceMappingURL=report.js.map