/** What a review is about: what was named, or everything. */

export interface Named {
  scenarios: readonly string[];
  vectors: readonly string[];
  captures: readonly string[];
  /** All built-in scenarios, and the package's capture, besides what is named. */
  all: boolean;
}

/** Naming some of one kind asks for those alone, unless all are asked for; `builtIn` and `own` are what there is. */
export function chosen(
  { scenarios, vectors, captures, all }: Named,
  builtIn: readonly string[],
  own: readonly string[],
): { scenarios: string[]; captures: string[] } {
  if (!all && scenarios.length + vectors.length + captures.length > 0)
    return { scenarios: [...scenarios], captures: [...captures] };
  return {
    scenarios: [...new Set([...builtIn, ...scenarios])],
    captures: [...new Set([...own, ...captures])],
  };
}
