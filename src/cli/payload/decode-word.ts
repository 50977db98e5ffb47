import { hex } from '../../../uapi/hex.ts';
import { UsageError } from '../../errors.ts';
import { WORDS, wordText } from '../../payload/register-word.ts';
import { print } from '../io/output.ts';

/**
 * `decode --reg NAME WORD…`: each word taken apart. Names are taken in any case, with or without "AS_" and a slot number
 * (AS1_LOCKADDR).
 */
export function decodeWord(words: readonly string[], name: string, json: boolean): void {
  const plain = name.toUpperCase().replace(/^(AS\d*_)?/, '');
  const known = Object.keys(WORDS).find((one) => one.replace(/^AS_/, '') === plain);
  if (known === undefined)
    throw new UsageError(`${name} is no word that can be decoded: ${Object.keys(WORDS).join(', ')}`);
  if (words.length === 0) throw new UsageError(`decode --reg ${known} needs a value, as 0x210002c1`);
  for (const text of words) {
    const { bits, fields } = WORDS[known];
    if (!/^(0[xX][0-9a-fA-F]+|\d+)$/.test(text) || BigInt(text) >= 1n << BigInt(bits))
      throw new UsageError(`${text}: expected a word of ${bits} bits, as 0x210002c1`);
    const word = BigInt(text);
    if (!json) {
      print(wordText(known, word));
      continue;
    }
    const rows = fields(word).map((row) => ({ ...row, value: hex(row.value) }));
    print(`${JSON.stringify({ register: known, value: hex(word), fields: rows })}\n`);
  }
}
