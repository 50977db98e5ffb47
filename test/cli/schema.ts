/** The schemas of docs/schemas, as tests use them. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv2020, type AnySchema, type ValidateFunction } from 'ajv/dist/2020.js';
import { expect } from 'vitest';

const SCHEMAS = fileURLToPath(new URL('../../docs/schemas/', import.meta.url));

/** Names of all schemas. */
export const schemaNames: readonly string[] = readdirSync(SCHEMAS).map((file) => file.replace(/\.json$/, ''));

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

/** Checks values against a schema that knows of no other fields. */
export function validator(name: string): ValidateFunction {
  const schema = JSON.parse(readFileSync(`${SCHEMAS}${name}.json`, 'utf8')) as AnySchema;
  return new Ajv2020({ allErrors: true, allowUnionTypes: true }).compile(closed(schema) as AnySchema);
}

/** Expects a value to be what the schema says, and nothing else. */
export function expectValid(name: string, value: unknown): void {
  const validate = validator(name);
  validate(value);
  expect(validate.errors ?? []).toEqual([]);
}
