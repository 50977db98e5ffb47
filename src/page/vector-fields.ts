/** The fields of a vector's outcome in words: their names are short, since vectors have many. */

const WORDS: Readonly<Record<string, string>> = {
  r: 'result',
  t: 'registers and events',
  np: 'polls of AS_STATUS',
  w: 'kernel warnings',
  s: 'gpuvm steps',
  p: 'page-table calls',
  pn: 'number of page-table calls',
  vms: 'VMs',
  as: 'address space slots',
  d: 'digests of mappings and leaves',
  vmas: 'mappings',
  map: 'leaves of the page tables',
  fence: 'fence of the job',
};

/** What a field is about; empty where its name says so. */
export function fieldWords(field: string): string {
  return Object.hasOwn(WORDS, field) ? WORDS[field] : '';
}
