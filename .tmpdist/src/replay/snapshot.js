import { DRM_PANTHOR_VM_BIND_OP_MAP_NOEXEC, DRM_PANTHOR_VM_BIND_OP_MAP_READONLY, DRM_PANTHOR_VM_BIND_OP_MAP_SPARSE, DRM_PANTHOR_VM_BIND_OP_MAP_UNCACHED, } from '../../uapi/panthor_drm.js';
const FLAGS = [
    [DRM_PANTHOR_VM_BIND_OP_MAP_READONLY, 'READONLY'],
    [DRM_PANTHOR_VM_BIND_OP_MAP_NOEXEC, 'NOEXEC'],
    [DRM_PANTHOR_VM_BIND_OP_MAP_UNCACHED, 'UNCACHED'],
    [DRM_PANTHOR_VM_BIND_OP_MAP_SPARSE, 'SPARSE'],
];
/** All VMs of the client, in the order in which they were made. */
export function snapshot(model) {
    return clientVms(model).map(({ file, vm }) => vmState(model, file, vm));
}
/** The client's VMs with the files that they belong to, oldest first. */
export function clientVms(model) {
    const vms = [];
    for (const file of model.files.values()) {
        for (const vm of file.file.vms.all())
            vms.push({ file, vm });
    }
    return vms.sort((a, b) => a.vm.uid - b.vm.uid);
}
export function vmState(model, file, vm) {
    const vmas = userVmas(model, file, vm);
    const pages = countPages(vm, vmas);
    return {
        fd: file.fd,
        id: file.vmIds.get(vm) ?? vm.id,
        userVaRange: vm.userVaRange,
        unusable: vm.unusable,
        as: vm.as < 0 ? null : vm.as,
        vmas,
        ...pages,
        tables: vm.pgtable.tables.reduce((sum, count) => sum + count, 0),
    };
}
function userVmas(model, file, vm) {
    const { vmas } = vm;
    const list = [];
    for (const id of vmas.ids()) {
        if (vmas.va[id] >= vm.userVaRange)
            continue;
        const bits = vmas.flags[id];
        const bo = model.device.gem.objects[vmas.bo[id]];
        const sparse = (bits & DRM_PANTHOR_VM_BIND_OP_MAP_SPARSE) !== 0;
        list.push({
            va: vmas.va[id],
            size: vmas.range[id],
            bo: sparse ? null : (file.handles.get(bo) ?? null),
            boOffset: vmas.boOffset[id],
            flags: FLAGS.filter(([bit]) => (bits & bit) !== 0).map(([, name]) => name),
            pages4k: 0,
            pages2m: 0,
        });
    }
    return list;
}
/** Counts the leaves in the user range, in all and for each mapping (which are in address order). */
function countPages(vm, vmas) {
    const total = { pages4k: 0, pages2m: 0 };
    let at = 0;
    vm.pgtable.forEachLeaf((va, _pa, log2) => {
        if (va >= vm.userVaRange)
            return;
        while (at < vmas.length && vmas[at].va + vmas[at].size <= va)
            at++;
        const vma = at < vmas.length && vmas[at].va <= va ? vmas[at] : null;
        for (const count of [total, vma]) {
            if (count === null)
                continue;
            if (log2 === 12)
                count.pages4k++;
            else
                count.pages2m++;
        }
    });
    return total;
}
/** How messages call the object with that number on the device: by the client's handle where it has one. */
export function objectName(model, id) {
    // Numbers are serials plus one; 0 is the object behind sparse mappings.
    const bo = id === 0 ? undefined : model.device.gem.objects[id - 1];
    if (bo === undefined)
        return id === 0 ? 'sparse' : `object ${id}`;
    for (const file of model.files.values()) {
        const handle = file.handles.get(bo);
        if (handle !== undefined)
            return `BO ${handle}`;
    }
    return 'kernel object';
}
//# sourceMappingURL=snapshot.js.map