import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { afterAll, describe, expect, it } from 'vitest';
import { capturePath } from '../capture/helpers.ts';
import { vectorPath } from '../conform/fixtures.ts';
import { sampled } from '../tooling/long.ts';
import { ATTACK, CASES } from './fixture.ts';
import { panthorShim } from './program.ts';
import { schemaNames, validator } from './schema.ts';

const CLI = fileURLToPath(new URL('../../src/cli/', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'panthor-shim-schemas-'));
afterAll(() => rmSync(folder, { recursive: true }));

const sparse = capturePath('vulkan-sparse');
const edge = vectorPath('edge-7.2.jsonl.gz');
const block = `${CASES}partial-unmap-of-block.jsonl`;
const unaligned = ['--kernel', '7.2', '--without', 'align-unmap-to-block'];
const otherLines = join(folder, 'dmesg.txt');
writeFileSync(otherLines, '[ 1.0] panthor fb000000.gpu: [drm] *ERROR* AS_ACTIVE bit stuck\n');
const label = '{"ioctl":"BO_SET_LABEL","value":{"handle":1,"label":"x"}}';

/** Each command's JSON, by the schema that describes it. */
const COMMANDS: readonly (readonly [schema: string, ...args: string[]])[] = [
  ['info', 'info', '--json', sparse],
  ['dump', 'dump', '--json', sparse],
  ['dump', 'dump', '--json', '--failed', `${CASES}captured-on-uapi-1.5.jsonl`],
  ['decode', 'decode', '--json', label],
  ['decode', 'decode', '--json', '--ioctl', 'VM_BIND', '00'.repeat(24)],
  ['decode', 'decode', '--json', '00'.repeat(112)],
  ['decode-reg', 'decode', '--reg', 'AS_FAULTSTATUS', '0x210002c1', '--json'],
  ['layout', 'layout', '--json'],
  ['kernels', 'kernels', '--json'],
  ['kernels', 'kernels', '7.1', '7.2', '--json'],
  ['gpu', 'gpu', '--json'],
  ['gpu', 'gpu', `${CASES}g925.json`, '--json'],
  ['replay', 'replay', '--json', sparse, '--without', 'sparse-map'],
  ['replay', 'replay', '--json', block, ...unaligned],
  ['replay', 'replay', '--json', `${CASES}large-object-enomem.jsonl`, '--check'],
  ['replay', 'replay', '--json', `${ATTACK}escape-label.jsonl`],
  ['replay-diff', 'replay', '--json', block, '--kernel', '6.12', '--diff-kernel', '7.2'],
  ['diff', 'diff', '--json', sparse, capturePath('vulkaninfo')],
  ['assert', 'assert', '--json', sparse, '--rule', 'no warnings', '--rule', 'no VM_BIND'],
  ['vm', 'vm', '--json', sparse, '--at', '97'],
  ['vm', 'vm', '--json', block, '--at', '3', ...unaligned],
  ['vm-walk', 'vm', '--json', sparse, '--at', '97', '--walk', '1@0xff5ff123'],
  ['vm-walk', 'vm', '--json', sparse, '--at', '97', '--walk', '1@0x1000'],
  ['vm-history', 'vm', '--json', sparse, '--history', '1@0xff5ff123'],
  ['fault', 'fault', '--json', '--va', '0xff5ff123', '--status', '0x210002c1', '--as', '1', sparse],
  ['fault', 'fault', '--json', '--log', `${CASES}dmesg-fault.txt`],
  ['fault', 'fault', '--json', '--va', '0x1000', '--status', '0xc4'],
  ['fault', 'fault', '--json', '--log', otherLines],
  ['conform', 'conform', '--json', edge, '--filter', 'lock/then_s', '--without', 'unlock-before-disable'],
  ['conform', 'conform', '--json', `${CASES}stream-with-result-only.jsonl`],
  ['explore-list', 'explore', '--list', '--json'],
  ['explore', 'explore', '--json', '--no-compare', 'rebind-while-accessing', '--kernel', '6.12'],
];

/** What cannot be had here: commands that need a device, a client or a kernel tree, with their schema and their test. */
const ELSEWHERE: { readonly [command: string]: readonly [schema: string, file: string] } = {
  'run --report': ['run', 'test/live/commands.test.ts'],
  'device info': ['device', 'test/device/info.test.ts'],
  'conform --device': ['conform-device', 'test/device/info.test.ts'],
  'replay --device': ['replay-device', 'test/device/real.test.ts'],
  'tree build': ['tree-build', 'test/trees/run.mjs'],
  'tree info': ['tree-info', 'test/trees/run.mjs'],
  review: ['review', 'test/review/report.test.ts'],
  worker: ['worker', 'test/fetched/queue.test.ts'],
};

/** Commands below `command` that have --json, as they are typed. */
function* withJson(command: Command, path: readonly string[]): Generator<string> {
  for (const one of command.commands) {
    const name = [...path, one.name()];
    if (one.options.some(({ long }) => long === '--json')) yield name.join(' ');
    yield* withJson(one, name);
  }
}

describe('the JSON of a command is what its schema says, and nothing else', () => {
  it.each(sampled(COMMANDS, 2))('%s: %j', async (name, ...args) => {
    const { stdout, stderr, status } = await panthorShim(args);
    expect({ status, stderr }).not.toMatchObject({ status: 4 });
    const text = stdout.toString();
    const values = name === 'decode' || name === 'layout' ? [text] : text.trim().split('\n');
    if (!['dump', 'decode', 'decode-reg'].includes(name)) expect(values.length).toBe(1);
    const validate = validator(name);
    for (const value of values) {
      validate(JSON.parse(value));
      expect(validate.errors ?? []).toEqual([]);
    }
  });

  it('has a schema for each, and a command for each schema', () => {
    const named = new Set(COMMANDS.map(([name]) => name));
    const elsewhere = Object.values(ELSEWHERE).map(([schema]) => schema);
    expect([...schemaNames].sort()).toEqual([...named, ...elsewhere].sort());
  });

  it('is tested for every command that takes --json', async () => {
    const files = readdirSync(CLI, { recursive: true, encoding: 'utf8' }).filter((file) =>
      file.endsWith('.ts'),
    );
    const program = new Command();
    for (const file of files) {
      const module = (await import(`${CLI}${file}`)) as { register?: (program: Command) => void };
      module.register?.(program);
    }
    const taking = [...withJson(program, [])];
    expect(taking.length).toBeGreaterThan(12);
    const tested = new Set([...COMMANDS.map(([, command]) => command), ...Object.keys(ELSEWHERE)]);
    expect(taking.filter((path) => !tested.has(path))).toEqual([]);
  });

  it.each(Object.entries(ELSEWHERE))(
    'of %s is checked where it can be had: %j',
    (_command, [schema, file]) => {
      expect(readFileSync(`${CLI}../../${file}`, 'utf8')).toContain(`expectValid('${schema}', `);
    },
  );

  it('would be found out', async () => {
    const { stdout } = await panthorShim(['vm', '--json', sparse, '--at', '97']);
    const value = JSON.parse(stdout.toString());
    const validate = validator('vm');
    expect(validate(value)).toBe(true);
    expect(validate({ ...value, extra: 1 })).toBe(false);
    expect(validate({ ...value, index: '97' })).toBe(false);
    expect(validate({ vms: value.vms })).toBe(false);
  });
});

it('with --json nothing but JSON is on standard output, corrupt or not', async () => {
  const cut = readFileSync(`${CASES}large-object-enomem.jsonl`).subarray(0, -20);
  for (const args of [['info'], ['dump'], ['replay'], ['vm']]) {
    const { stdout, status } = await panthorShim([...args, '--json', '-'], cut);
    expect(status).toBe(3);
    for (const line of stdout.toString().trim().split('\n')) expect(() => JSON.parse(line)).not.toThrow();
  }
});
