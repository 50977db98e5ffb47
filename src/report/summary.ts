import { DRM_IOCTL_GEM_CLOSE } from '../../uapi/drm.ts';
import { hex } from '../../uapi/hex.ts';
import { ioctlName } from '../../uapi/lookup.ts';
import * as panthor from '../../uapi/panthor_drm.ts';
import type { CaptureRecord } from '../capture/record.ts';

/** What `info` says of one VM. */
export interface VmSummary {
  fd: number;
  id: number;
  user_va_range: string;
  /** VM_BIND calls and the operations in them. */
  binds: number;
  bind_ops: number;
  destroyed: boolean;
}

const { drm_panthor_vm_create, drm_panthor_vm_bind, drm_panthor_bo_create, drm_panthor_vm_destroy } = panthor;

/** Counts what a capture holds, record by record, without modelling anything. */
export class Summary {
  records = 0;
  ioctls = { total: 0, failed: 0, by_name: {} as Record<string, number> };
  mmaps = 0;
  closes = 0;
  /** Records of each open file, by the client's descriptor. */
  readonly files = new Map<number, number>();
  readonly threads = new Set<number>();
  readonly vms: VmSummary[] = [];
  objects = { created: 0, closed: 0, bytes: 0 };
  time = { first_ns: 0, last_ns: 0, span_ns: 0 };
  /** Bytes that the client passed: arguments and the buffers behind them. */
  bytes = { arguments: 0, buffers: 0 };
  readonly #current = new Map<string, VmSummary>();

  add(record: CaptureRecord): void {
    if (this.records++ === 0) this.time.first_ns = record.timeNs;
    this.time.first_ns = Math.min(this.time.first_ns, record.timeNs);
    this.time.last_ns = Math.max(this.time.last_ns, record.timeNs);
    this.time.span_ns = this.time.last_ns - this.time.first_ns;
    this.files.set(record.fd, (this.files.get(record.fd) ?? 0) + 1);
    if (record.type === 'mmap') this.mmaps++;
    if (record.type === 'close') this.closes++;
    if (record.type === 'ioctl') this.#ioctl(record);
  }

  #ioctl(record: CaptureRecord): void {
    const name = ioctlName(record.request);
    this.ioctls.total++;
    this.ioctls.by_name[name] = (this.ioctls.by_name[name] ?? 0) + 1;
    this.threads.add(record.tid);
    this.bytes.arguments += record.argSize;
    for (let i = 0; i < record.bufferCount; i++) this.bytes.buffers += record.buffers[i].inSize;
    if (record.ret < 0) this.ioctls.failed++;
    else this.#succeeded(record);
  }

  #succeeded(record: CaptureRecord): void {
    const view = new DataView(record.bytes.buffer, record.bytes.byteOffset);
    const u32 = (field: number): number =>
      field + 4 <= record.argSize ? view.getUint32(record.argOutAt + field, true) : 0;
    switch (record.request) {
      case panthor.DRM_IOCTL_PANTHOR_VM_CREATE: {
        const { off } = drm_panthor_vm_create;
        const range = (BigInt(u32(off.user_va_range + 4)) << 32n) | BigInt(u32(off.user_va_range));
        const vm = {
          fd: record.fd,
          id: u32(off.id),
          user_va_range: hex(range),
          binds: 0,
          bind_ops: 0,
          destroyed: false,
        };
        this.vms.push(vm);
        this.#current.set(`${vm.fd}:${vm.id}`, vm);
        break;
      }
      case panthor.DRM_IOCTL_PANTHOR_VM_DESTROY: {
        const vm = this.#current.get(`${record.fd}:${u32(drm_panthor_vm_destroy.off.id)}`);
        if (vm !== undefined) vm.destroyed = true;
        break;
      }
      case panthor.DRM_IOCTL_PANTHOR_VM_BIND: {
        const vm = this.#current.get(`${record.fd}:${u32(drm_panthor_vm_bind.off.vm_id)}`);
        if (vm === undefined) break;
        vm.binds++;
        vm.bind_ops += u32(drm_panthor_vm_bind.off.ops + 4);
        break;
      }
      case panthor.DRM_IOCTL_PANTHOR_BO_CREATE: {
        const { off } = drm_panthor_bo_create;
        this.objects.created++;
        this.objects.bytes += u32(off.size + 4) * 0x100000000 + u32(off.size);
        break;
      }
      case DRM_IOCTL_GEM_CLOSE:
        this.objects.closed++;
        break;
    }
  }
}
