/** What instrumented code imports, from one place. */

export { $c } from './closures.ts';
export { $array, $enter, $y } from './frames.ts';
export { $key, $unhashed } from './names.ts';
export { $note, $root } from './objects.ts';
export { $e, $ei, $eu, $l, $length, $m, $mo } from './writes.ts';
