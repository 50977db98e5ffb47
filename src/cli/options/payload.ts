import * as fs from 'node:fs';
import { CodecError, type Json } from '../../../uapi/codec.ts';
import { LookupError } from '../../../uapi/lookup.ts';
import { BytesError, type Form, formOf, parseBytes } from '../../payload/bytes.ts';
import type { Region } from '../../payload/payload.ts';
import { InputError, UsageError } from '../exit.ts';
import { readInput } from '../io/files.ts';

/**
 * Input of decode and encode: the words of the command line; a file, where there is one word and it names one; or
 * standard input for `-` and for no words at all.
 *
 * @throws InputError, UsageError
 */
export async function readWords(words: readonly string[], file: string | undefined): Promise<Uint8Array> {
  if (file !== undefined && words.length > 0)
    throw new UsageError(`--file ${file}, or the text itself, not both: found ${words[0]}`);
  if (file !== undefined) return readInput(file);
  if (words.length === 0 || (words.length === 1 && words[0] === '-')) return readInput('-');
  const isHex = /^(0x)?([0-9a-fA-F]{2})+$/.test(words[0]);
  if (words.length === 1 && !isHex && fs.existsSync(words[0])) return readInput(words[0]);
  return new TextEncoder().encode(words.join(' '));
}

const forms: readonly Form[] = ['hex', 'c', 'gdb', 'dump', 'string', 'binary'];

/** Bytes in the given form, or in the one that they seem to have. */
export function bytesOf(data: Uint8Array, form: string | undefined): Uint8Array {
  if (form !== undefined && !forms.includes(form as Form)) {
    throw new UsageError(`--as ${form}: found no such form, expected ${forms.join(', ')}`);
  }
  return parseBytes(data, (form as Form | undefined) ?? formOf(data));
}

/** JSON text, or undefined when it does not begin as an object. */
export function jsonOf(data: Uint8Array): Json | undefined {
  const text = new TextDecoder().decode(data);
  if (!/^\s*\{\s*("|\})/.test(text)) return undefined;
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    throw new InputError(`this is no JSON: ${(error as Error).message}`);
  }
}

/** `ADDR=BYTES` or `ADDR=@FILE`. @throws InputError, UsageError */
export async function regionOf(option: string): Promise<Region> {
  const match = /^(0[xX][0-9a-fA-F]{1,16}|[0-9]+)=(.*)$/s.exec(option);
  if (match === null) throw new UsageError(`--buffer ${option}: expected ADDR=BYTES or ADDR=@FILE`);
  const data = match[2].startsWith('@')
    ? await readInput(match[2].slice(1))
    : new TextEncoder().encode(match[2]);
  return { address: BigInt(match[1]), bytes: parseBytes(data) };
}

/** Runs `body`; errors of the payload code get the exit status that they mean. */
export async function withStatus<T>(body: () => T | Promise<T>): Promise<T> {
  try {
    return await body();
  } catch (error) {
    if (error instanceof LookupError) throw new UsageError(error.message);
    if (error instanceof BytesError || error instanceof CodecError) throw new InputError(error.message);
    throw error;
  }
}
