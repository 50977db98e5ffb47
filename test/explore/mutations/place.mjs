/** Where a mutant of list.mjs is. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { changesIn } from '../../mutations/place.mjs';

/** The one change that a mutant is, in its file or, where the code has moved, in one beside it. Throws where there is none. */
export function changeOf(top, mutant) {
  const folder = dirname(mutant.file);
  const others = readdirSync(join(top, folder)).filter((name) => name.endsWith('.ts'));
  for (const file of [mutant.file, ...others.map((name) => `${folder}/${name}`)]) {
    const changes = changesIn(file, readFileSync(join(top, file), 'utf8'), mutant);
    if (changes.length === 1) return changes[0];
  }
  throw new Error(`${mutant.name}: not one place in ${mutant.in}() in ${folder}`);
}
