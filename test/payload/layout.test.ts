import { describe, expect, it } from 'vitest';
import { layoutJson, printEnum, printIoctl } from '../../src/payload/layout.ts';
import { allEnums, allIoctls, findNamed, LookupError } from '../../uapi/lookup.ts';

/** What `layout NAME` finds. */
function found(name: string): string {
  const named = findNamed(name);
  return named.kind === 'struct'
    ? named.struct.name
    : named.kind === 'enum'
      ? named.table.name
      : named.ioctl.name;
}

describe('layout', () => {
  it.each([
    ['vm_bind_op', 'drm_panthor_vm_bind_op'],
    ['struct drm_panthor_vm_bind_op', 'drm_panthor_vm_bind_op'],
    ['vm_bind_op_flags', 'drm_panthor_vm_bind_op_flags'],
    ['enum drm_panthor_vm_bind_flags', 'drm_panthor_vm_bind_flags'],
    ['DRM_PANTHOR_VM_BIND_ASYNC', 'drm_panthor_vm_bind_flags'],
    ['VM_BIND', 'DRM_IOCTL_PANTHOR_VM_BIND'],
    ['0xc0186443', 'DRM_IOCTL_PANTHOR_VM_BIND'],
  ])('finds %s', (name, what) => expect(found(name)).toBe(what));

  it('refuses what is none of them', () =>
    expect(() => findNamed('no_such_thing_at_all')).toThrow(LookupError));

  it('prints the request number with what it is made of', () => {
    const text = printIoctl(findIoctl('VM_BIND'));
    expect(text).toContain("0xc0186443 /* _IOWR('d', 0x43, struct drm_panthor_vm_bind), 24 bytes */");
  });

  it('prints values, and what of a flag word is a field with values of its own', () => {
    const table = allEnums.find((one) => one.name === 'drm_panthor_vm_bind_op_flags');
    const text = printEnum(table as (typeof allEnums)[number]);
    expect(text).toMatch(/DRM_PANTHOR_VM_BIND_OP_MAP_NOEXEC\s+= 0x2,/);
    expect(text).toMatch(/TYPE_UNMAP\s+= 0x10000000, \/\* a value of the bits 0xf0000000 \*\//);
    expect(text).toContain('enum drm_panthor_vm_bind_op_flags { /* flags */\n');
    expect(text).toMatch(/MAP_SPARSE\s+= 0x8,\s+\/\* since 1\.8 \*\//);
  });

  it('has in JSON what belongs to the one that was named', () => {
    const json = layoutJson(findNamed('VM_BIND')) as {
      structs: { name: string }[];
      ioctls: unknown[];
      enums: unknown[];
    };
    expect(json.structs.map(({ name }) => name)).toEqual(['drm_panthor_vm_bind']);
    expect(json.ioctls).toHaveLength(1);
    const flags = layoutJson(findNamed('vm_bind_flags')) as {
      enums: { values: object }[];
      structs: unknown[];
    };
    expect(flags.structs).toEqual([]);
    expect(flags.enums[0].values).toEqual({ DRM_PANTHOR_VM_BIND_ASYNC: 1 });
  });
});

function findIoctl(name: string) {
  return allIoctls.find((one) => one.shortName === name) as (typeof allIoctls)[number];
}
