/** What the bytes of a request mean, and what the kernel would say to it: a VM_BIND that maps 8 KiB of BO 7. */
import { decodeRequest, decodeStruct, encodeStruct, kernel, uapi } from 'panthor-shim';

const op = encodeStruct(uapi.drm_panthor_vm_bind_op, {
  flags: 'DRM_PANTHOR_VM_BIND_OP_TYPE_MAP | DRM_PANTHOR_VM_BIND_OP_MAP_NOEXEC',
  bo_handle: 7,
  va: 0x7fff_0000_1000n,
  size: 0x2000,
});
const argument = encodeStruct(uapi.drm_panthor_vm_bind, {
  vm_id: 1,
  ops: { stride: op.length, count: 1, array: 0x5500 },
});

const request = decodeRequest(argument, { ioctl: 'VM_BIND', buffers: [{ address: 0x5500, bytes: op }] });
console.log(request.text('short').trimEnd());

// One byte less is no whole page: what does the driver of 6.12 refuse, and where?
const { size, ...rest } = decodeStruct(uapi.drm_panthor_vm_bind_op, op);
const odd = encodeStruct(uapi.drm_panthor_vm_bind_op, { ...rest, size: size - 1n });
const refused = decodeRequest(argument, { ioctl: 'VM_BIND', buffers: [{ address: 0x5500, bytes: odd }] });
for (const { path, why, where } of refused.verdict(kernel('6.12').uapi).rejects) {
  console.log(`${path}: ${why} (${where})`);
}

/* Prints:
VM_BIND(vm_id=1, flags=0x0, ops=[{flags=MAP_NOEXEC|TYPE_MAP, bo_handle=7, bo_offset=0x0, va=0x7fff00001000, size=0x2000, syncs={stride=0, count=0, array=0x0}}])
ops[0].size: 0x1fff is not a multiple of 4 KiB (panthor_vm_bind_prepare_op_ctx)
*/
