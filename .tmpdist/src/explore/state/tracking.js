/** What instrumented code imports, from one place. */
export { $array, $enter, $y } from './frames.js';
export { $key, $note, $refuse, $root } from './objects.js';
export { $e, $ei, $eu, $length, $m, $mo } from './writes.js';
//# sourceMappingURL=tracking.js.map