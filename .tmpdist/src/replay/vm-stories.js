import { DRM_IOCTL_PANTHOR_VM_BIND, DRM_IOCTL_PANTHOR_VM_CREATE, DRM_IOCTL_PANTHOR_VM_DESTROY, } from '../../uapi/panthor_drm.js';
import { clientVms, vmState } from './snapshot.js';
/**
 * Follows the VMs of a replay for the report. Clients unmap everything before they go, so that the last state shows
 * nothing; what is worth a drawing is the fullest one. A state is taken when a VM may be about to shrink after it grew
 * by more than an eighth, which keeps the cost small on long streams.
 */
export class VmStories {
    /** By ordinal. */
    stories = new Map();
    #model;
    #index = -1;
    constructor(model) {
        this.#model = model;
        model.onRelease = (file) => {
            for (const vm of file.file.vms.all())
                this.#end(file, vm);
        };
    }
    /** To be called before a record is played. */
    before(record) {
        this.#index = record.index;
        if (record.type !== 'ioctl')
            return;
        const { request } = record;
        if (request !== DRM_IOCTL_PANTHOR_VM_BIND && request !== DRM_IOCTL_PANTHOR_VM_DESTROY)
            return;
        const slack = request === DRM_IOCTL_PANTHOR_VM_BIND ? 3 : 31;
        for (const { file, vm } of clientVms(this.#model))
            this.#look(file, vm, record.index - 1, slack);
    }
    /** To be called after it. */
    after(record) {
        if (record.type !== 'ioctl')
            return;
        if (record.request === DRM_IOCTL_PANTHOR_VM_CREATE) {
            for (const { file, vm } of clientVms(this.#model))
                this.#story(file, vm);
        }
        else if (record.request === DRM_IOCTL_PANTHOR_VM_DESTROY) {
            const alive = new Set(clientVms(this.#model).map(({ vm }) => vm.uid));
            for (const story of this.stories.values()) {
                if (story.destroyedAt < 0 && !alive.has(story.uid))
                    story.destroyedAt = record.index;
            }
        }
    }
    /** To be called at the end: VMs that still have mappings are shown as they are. */
    finish() {
        for (const { file, vm } of clientVms(this.#model)) {
            const story = this.#story(file, vm);
            this.#count(story, vm);
            const state = vmState(this.#model, file, vm);
            if (state.vmas.length > 0) {
                story.shown = state;
                story.shownAt = this.#index;
            }
        }
    }
    #end(file, vm) {
        this.#look(file, vm, this.#index - 1, 31);
        this.#story(file, vm).destroyedAt = this.#index;
    }
    /** Takes the VM's state where it has more mappings by at least one in 2^slack than ever taken. */
    #look(file, vm, index, slack) {
        const story = this.#story(file, vm);
        this.#count(story, vm);
        const most = story.shown.vmas.length;
        if (vm.vmas.count <= most + (most >> slack))
            return;
        const state = vmState(this.#model, file, vm);
        if (state.vmas.length <= most)
            return;
        story.shown = state;
        story.shownAt = index;
    }
    #count(story, vm) {
        story.mostTables = Math.max(story.mostTables, vm.pgtable.tables.reduce((sum, count) => sum + count, 0));
    }
    #story(file, vm) {
        let story = this.stories.get(vm.uid);
        if (story === undefined) {
            const shown = vmState(this.#model, file, vm);
            story = {
                uid: vm.uid,
                createdAt: this.#index,
                destroyedAt: -1,
                shown,
                shownAt: this.#index,
                mostTables: 0,
            };
            this.stories.set(vm.uid, story);
        }
        return story;
    }
}
//# sourceMappingURL=vm-stories.js.map