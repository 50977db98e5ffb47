/**
 * Linking the tree's objects and ours into an addon. What the kernel half may change is gathered in one section; what it
 * calls and that is not written yet becomes a trap that says its name.
 */
import { writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { type Place, runTool } from './compile.ts';

/** Functions and variables that the host half gives to the kernel half (arena.h). */
const FROM_HOST = [
  'mailbox',
  'user_memory',
  'stop_at',
  'pass',
  'current_thread',
  'begin_note',
  'note_word',
  'note_text',
  'trap',
  'heap_alloc',
  'heap_free',
  'heap_size',
  'root_alloc',
  'table_alloc',
  'table_free',
  'is_table',
  'tables_live',
  'tables_left',
  'counted_before',
  'remember_count',
  'threads_alive',
  'call_site',
  'note_fault',
  ...['load', 'store'].flatMap((access) =>
    ['1', '2', '4', '8', '16', 'N'].map((size) => `__asan_${access}${size}_noabort`),
  ),
  '__asan_handle_no_return',
  'kasan_check_read',
  'kasan_check_write',
  'journal_memory',
];
/** The other way round. */
const FROM_KERNEL = [
  'kernel_start',
  'call_kernel',
  'entered',
  'prepare_stack',
  'is_ready',
  'set_backing',
  'thread_word',
  'view_driver',
  'name_of',
  'count_tables',
];
/** Functions of the tree's that ours are put in front of (kernel/device.c). */
const WRAPPED = ['drm_dev_enter'];
/** What the compiler may call by itself: libc's do, those that store announced (host/access.c). */
const FROM_LIBC = ['memcpy', 'memmove', 'memset', 'memcmp'];
const ANNOUNCED = ['memcpy', 'memmove', 'memset'];

/**
 * Sections of a kernel half: the initialisers that have to run are those of fences and of xarrays' nodes; `ktext` is the
 * tree's own code, without the functions that are ours: objects that lie where the linker runs and begin with "shim-", for a folder
 * above may be called anything.
 */
export const LINK_SCRIPT = `SECTIONS {
  konce : { *(.data..once) }
  kinit : { *dma-fence.o(.initcall*.init) *sched_fence.o(.initcall*.init) }
  .initcall : { *(.initcall*.init) }
  ktasks : { *(ktasks) }
  kkept : { *(kkept) }
  kscratch : { *(kscratch) }
  ktext : { shim-panthor.o(.text .text.*) shim-drv.o(.text .text.*) shim-gpu.o(.text .text.*) *(EXCLUDE_FILE(shim-*.o) .text EXCLUDE_FILE(shim-*.o) .text.*) }
  kdata : { *(.data..[!o]*) *(.data .data.rel .data.rel.local .data.[!r]*) *(.bss .bss.*) *(COMMON) }
}
`;

/** Names that objects need and do not have. */
async function undefinedIn(object: string, dir: string): Promise<string[]> {
  const text = await runTool('nm', ['-u', object], dir);
  return text
    .split('\n')
    .map((line) => /\bU (\S+)/.exec(line)?.[1] ?? '')
    .filter((name) => name !== '');
}

/** The traps' source: assembly, because a trap has no prototype. */
function trapsFor(names: readonly string[]): string {
  const lines = ['.text'];
  names.forEach((name, i) => {
    lines.push(`.globl ${name}`, `.hidden ${name}`, `.type ${name}, @function`, `${name}:`);
    lines.push(`	leaq .Lname${i}(%rip), %rdi`, '	andq $-16, %rsp', '	call trap@PLT');
  });
  lines.push('.section .rodata.str1.1,"aMS",@progbits,1');
  names.forEach((name, i) => {
    lines.push(`.Lname${i}: .asciz "${name}"`);
  });
  lines.push('.section .note.GNU-stack,"",@progbits', '');
  return lines.join('\n');
}

/** Links; returns the addon's path and the names of the functions that are trapped. */
export async function link(
  place: Place,
  kernel: readonly string[],
  host: readonly string[],
): Promise<{ addon: string; traps: string[] }> {
  place.progress('linking');
  const dir = join(place.out, 'panthor-shim');
  const script = join(dir, 'kernel.lds');
  writeFileSync(script, LINK_SCRIPT);
  const joined = join(dir, 'kernel.o');
  const objects = kernel.map((object) => relative(dir, object));
  const wraps = WRAPPED.map((name) => `--wrap=${name}`);
  await runTool('ld', ['-r', '-T', script, ...wraps, '-o', joined, ...objects], dir);
  const known = new Set([...FROM_HOST, ...FROM_LIBC, '_GLOBAL_OFFSET_TABLE_']);
  const traps = (await undefinedIn(joined, dir))
    .filter((name) => !known.has(name) && !/^__(start|stop)_k/.test(name))
    .sort();
  const source = join(dir, 'traps.s');
  writeFileSync(source, trapsFor(traps));
  await runTool('gcc', ['-c', '-o', join(dir, 'traps.o'), source], dir);
  const local = join(dir, 'kernel-local.o');
  await runTool('ld', ['-r', '-o', local, joined, join(dir, 'traps.o')], dir);
  const keep = FROM_KERNEL.map((name) => `--keep-global-symbol=${name}`);
  const renamed = ANNOUNCED.map((name) => `--redefine-sym=${name}=tree_${name}`);
  await runTool('objcopy', [...keep, ...renamed, local], dir);
  const addon = join(dir, 'tree.node');
  const flags = [
    '-shared',
    '-Wl,-z,noexecstack',
    '-Wl,-z,start-stop-visibility=hidden',
    '-Wl,--no-warn-rwx-segments',
  ];
  await runTool('gcc', [...flags, '-o', addon, local, ...host], dir);
  return { addon, traps };
}
