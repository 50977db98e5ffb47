/** What instrumented code imports, from one place. */
export { $array, $enter, $y } from './frames.js';
export { $key, $note, $refuse, $root } from './heap.js';
export { $e, $ei, $eu, $length, $m, $mo } from './heap-writes.js';
//# sourceMappingURL=account.js.map