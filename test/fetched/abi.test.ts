import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import { type CheckResult, checkAbi } from '../../native-stubs/abi-probe/check.ts';
import { fetchHeaders, findCompiler, suites, triplets } from '../../native-stubs/abi-probe/fetch.mjs';
import { type HeaderTables, headerTables } from '../../native-stubs/abi-probe/tables.ts';

const minutes = 60_000;
const include: Record<string, string> = {};
const compilers: Record<string, string> = {};
let work = '';

/** Why the headers of a suite or the compiler for an architecture are not to be had. One that is not usable is a failure. */
const missing: Record<string, string> = {};

/** Skips a test whose headers or compiler are missing, with the reason. */
function needs(context: TestContext, suite: string, triplet = 'x86_64-linux-gnu'): void {
  const why = missing[suite] ?? missing[triplet];
  if (why !== undefined) context.skip(why);
}

beforeAll(async () => {
  work = mkdtempSync(join(tmpdir(), 'panthor-abi-'));
  await Promise.all(
    suites.map(async (suite) => {
      const headers = await fetchHeaders(suite);
      if (headers.why === '') include[suite] = headers.include;
      else missing[suite] = headers.why;
    }),
  );
  if (Object.keys(include).length === 0) return;
  for (const triplet of triplets) {
    const found = await findCompiler(triplet);
    if (found.why === '') compilers[triplet] = found.compiler;
    else missing[triplet] = found.why;
  }
}, 10 * minutes);

afterAll(() => rmSync(work, { recursive: true, force: true }));

function check(suite: string, triplet: string, tables = headerTables, from = include[suite]): CheckResult {
  return checkAbi(from, { triplet, compiler: compilers[triplet] }, tables, join(work, suite));
}

/** The tables with one header's replaced by a changed copy. */
function changed(header: string, change: (tables: HeaderTables) => HeaderTables): HeaderTables[] {
  return headerTables.map((tables) => (tables.header === header ? change(tables) : tables));
}

/** A copy of a suite's headers in which one file is edited. */
function edited(suite: string, file: string, from: RegExp, to: string): string {
  const copy = mkdtempSync(join(work, 'include-'));
  for (const dir of ['drm', 'linux', 'asm-generic', ...triplets]) {
    if (file.startsWith(`${dir}/`)) cpSync(join(include[suite], dir), join(copy, dir), { recursive: true });
    else symlinkSync(join(include[suite], dir), join(copy, dir));
  }
  const text = readFileSync(join(copy, file), 'utf8');
  expect(text).toMatch(from);
  writeFileSync(join(copy, file), text.replace(from, to));
  return copy;
}

const panthor = 'drm/panthor_drm.h';

describe.each(suites)('the tables and the headers of %s', (suite) => {
  describe.each(triplets)('on %s', (triplet) => {
    it('agree in every size, alignment, offset, enumerator and request number', (context) => {
      needs(context, suite, triplet);
      const result = check(suite, triplet);
      expect(result.failures).toEqual([]);
      expect(result.compared).toBeGreaterThan(400);
    });

    it('differ when one offset in a table is another', (context) => {
      needs(context, suite, triplet);
      const tables = changed(panthor, (one) => ({
        ...one,
        structs: one.structs.map((layout) =>
          layout.name !== 'drm_panthor_vm_bind_op'
            ? layout
            : { ...layout, fields: layout.fields.map((f) => (f.name === 'va' ? { ...f, offset: 24 } : f)) },
        ),
      }));
      expect(check(suite, triplet, tables).failures).toEqual([
        'offset of drm_panthor_vm_bind_op.va: our table says 24, C says 16',
      ]);
    });

    it('differ when one enumerator in a table is another', (context) => {
      needs(context, suite, triplet);
      const tables = changed(panthor, (one) => ({
        ...one,
        enums: one.enums.map((table) =>
          table.name !== 'drm_panthor_vm_bind_op_flags'
            ? table
            : {
                ...table,
                enumerators: table.enumerators.map((e) =>
                  e.name === 'DRM_PANTHOR_VM_BIND_OP_MAP_NOEXEC' ? { ...e, value: 16 } : e,
                ),
              },
        ),
      }));
      expect(check(suite, triplet, tables).failures).toEqual([
        'DRM_PANTHOR_VM_BIND_OP_MAP_NOEXEC: our table says 16, C says 2',
      ]);
    });

    it('differ when the header moves a field', (context) => {
      needs(context, suite, triplet);
      const from = edited(
        suite,
        panthor,
        /(struct drm_panthor_vm_create \{[^}]*?)__u32 flags;([^}]*?)__u32 id;/,
        '$1__u32 id;$2__u32 flags;',
      );
      expect(check(suite, triplet, headerTables, from).failures).toEqual([
        'offset of drm_panthor_vm_create.flags: our table says 0, C says 4',
        'offset of drm_panthor_vm_create.id: our table says 4, C says 0',
      ]);
    });
  });

  it('differ when the header has a field that we lack', (context) => {
    needs(context, suite);
    const from = edited(suite, panthor, /(struct drm_panthor_vm_destroy \{)/, '$1 __u64 colour;');
    expect(check(suite, 'x86_64-linux-gnu', headerTables, from).failures).toContain(
      'our table has no field drm_panthor_vm_destroy.colour, drm/panthor_drm.h has',
    );
  });

  it('differ when the header has an enumerator that we lack', (context) => {
    needs(context, suite);
    const from = edited(
      suite,
      panthor,
      /(DRM_PANTHOR_VM_BIND_ASYNC = 1 << 0,)/,
      '$1 DRM_PANTHOR_VM_BIND_LAZY = 1 << 1,',
    );
    expect(check(suite, 'x86_64-linux-gnu', headerTables, from).failures).toEqual([
      'our table has no constant DRM_PANTHOR_VM_BIND_LAZY, drm/panthor_drm.h has',
    ]);
  });

  it.for([
    [panthor, 'DRM_IOCTL_PANTHOR_VM_SPLIT', 'DRM_IOWR(0x60, struct drm_panthor_vm_bind)'],
    ['drm/drm.h', 'DRM_IOCTL_SYNCOBJ_RENAME', 'DRM_IOWR(0xd8, struct drm_syncobj_create)'],
    ['linux/dma-buf.h', 'DMA_BUF_IOCTL_SHRED', '_IO(DMA_BUF_BASE, 9)'],
  ])('differ when %s has an ioctl that we lack', ([file, name, value], context) => {
    needs(context, suite);
    const from = edited(suite, file, /$/, `\n#define ${name} ${value}\n`);
    expect(check(suite, 'x86_64-linux-gnu', headerTables, from).failures).toEqual([
      `our table has no ioctl ${name}, ${file} has`,
    ]);
  });

  it('differ when a table has a field that the header, old enough for it, has not', (context) => {
    needs(context, suite);
    const from = edited(
      suite,
      panthor,
      /(struct drm_panthor_bo_create \{[^}]*?)__u32 handle;/,
      '$1__u32 hndl;',
    );
    expect(check(suite, 'x86_64-linux-gnu', headerTables, from).failures).toEqual([
      'drm/panthor_drm.h has no field drm_panthor_bo_create.handle, our table has',
      'our table has no field drm_panthor_bo_create.hndl, drm/panthor_drm.h has',
    ]);
  });
});

describe('what is newer than a header', () => {
  it('is skipped by name', (context) => {
    needs(context, 'sid');
    const { skipped, versions } = check('sid', 'x86_64-linux-gnu');
    const ours = versions.find((one) => one.startsWith(panthor)) as string;
    // Once the suite has uAPI 1.9, nothing of it is left out any more.
    const expected = ours.endsWith('1.8')
      ? ['struct drm_panthor_mmu_info (1.9)', 'enumerator DRM_PANTHOR_DEV_QUERY_MMU_INFO (1.9)']
      : [];
    expect(skipped).toEqual(expected);
  });

  it('is recognised in a header of the first uAPI, padding that got a meaning included', (context) => {
    const suite = 'bookworm-backports';
    needs(context, suite);
    const { skipped, versions } = check(suite, 'x86_64-linux-gnu');
    expect(versions).toContain('drm/panthor_drm.h uAPI 1.0');
    expect(skipped).toContain('field drm_panthor_gpu_info.selected_coherency (1.7)');
    expect(skipped).toContain('ioctl DRM_IOCTL_PANTHOR_BO_QUERY_INFO (1.7)');
    expect(skipped).toContain('enumerator DRM_SYNCOBJ_HANDLE_TO_FD_FLAGS_TIMELINE (v6.16)');
  });
});
