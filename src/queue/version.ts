/** What tells whether two installations do the same work: a digest of all code that is run. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** dist/, in which the plain and the interleaved build are. */
const BUILD = join(import.meta.dirname, '../..');

let digest: string | undefined;

/** The digest of this installation's code, 16 hexadecimal digits. */
export function codeVersion(): string {
  if (digest !== undefined) return digest;
  const hash = createHash('sha256');
  for (const folder of ['interleaved/src', 'interleaved/uapi', 'src', 'uapi']) {
    const files = readdirSync(join(BUILD, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.js') || file.endsWith('.json'))
      .sort();
    for (const file of files)
      hash.update(`${folder}/${file}\n`).update(readFileSync(join(BUILD, folder, file)));
  }
  return (digest = hash.digest('hex').slice(0, 16));
}
