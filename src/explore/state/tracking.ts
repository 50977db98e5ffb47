/** What instrumented code imports, from one place. */
export { $array, $enter, $y } from './frames.ts';
export { $key, $note, $refuse, $root } from './objects.ts';
export { $e, $ei, $eu, $length, $m, $mo } from './writes.ts';
