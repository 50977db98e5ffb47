import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv2020, type AnySchema, type ValidateFunction } from 'ajv/dist/2020.js';
import { afterAll, describe, expect, it } from 'vitest';
import { capturePath } from '../capture/helpers.ts';
import { vectorPath } from '../conform/fixtures.ts';
import { ATTACK, CASES } from './fixture.ts';
import { panthorShim } from './program.ts';

const SCHEMAS = fileURLToPath(new URL('../../docs/schemas/', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'panthor-shim-schemas-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** The schema, closed: here a field that it does not describe is an error. */
function closed(schema: unknown): unknown {
  if (typeof schema !== 'object' || schema === null) return schema;
  if (Array.isArray(schema)) return schema.map(closed);
  const copy = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closed(value)]));
  const isObject =
    [copy.type].flat().includes('object') &&
    'properties' in copy &&
    !Object.hasOwn(Object(copy.properties), '$schema');
  return isObject && !('additionalProperties' in copy) ? { ...copy, additionalProperties: false } : copy;
}

function validator(name: string): ValidateFunction {
  const schema = JSON.parse(readFileSync(`${SCHEMAS}${name}.json`, 'utf8')) as AnySchema;
  return new Ajv2020({ allErrors: true, allowUnionTypes: true }).compile(closed(schema) as AnySchema);
}

const sparse = capturePath('vulkan-sparse');
const edge = vectorPath('edge-7.2.jsonl.gz');
const block = `${CASES}partial-unmap-of-block.jsonl`;
const unaligned = ['--kernel', '7.2', '--without', 'align-unmap-to-block'];
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
  ['vm', 'vm', '--json', sparse, '--at', '97'],
  ['vm', 'vm', '--json', block, '--at', '3', ...unaligned],
  ['vm-walk', 'vm', '--json', sparse, '--at', '97', '--walk', '1@0xff5ff123'],
  ['vm-walk', 'vm', '--json', sparse, '--at', '97', '--walk', '1@0x1000'],
  ['vm-history', 'vm', '--json', sparse, '--history', '1@0xff5ff123'],
  ['fault', 'fault', '--json', '--va', '0xff5ff123', '--status', '0x210002c1', '--as', '1', sparse],
  ['conform', 'conform', '--json', edge, '--filter', 'lock/then_s', '--without', 'unlock-before-disable'],
  ['conform', 'conform', '--json', `${CASES}stream-with-result-only.jsonl`],
  ['explore', 'explore', '--json', '--no-compare', 'rebind-while-accessing', '--kernel', '6.12'],
];

describe('the JSON of a command is what its schema says, and nothing else', () => {
  it.each(COMMANDS)('%s: %j', async (name, ...args) => {
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
    const files = readdirSync(SCHEMAS).map((file) => file.replace(/\.json$/, ''));
    // What needs more than this program is validated where that is: run in test/live, review in test/review.
    expect(files.sort()).toEqual([...named, 'run', 'review'].sort());
  });

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
