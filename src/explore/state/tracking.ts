/** What instrumented code imports, from one place. */

export { $c } from './closures.ts';
export { $array, $call, $child, $enter, $none, $resuming, $site, $values, $y } from './frames.ts';
export { $key, $unhashed } from './names.ts';
export { $note, $root } from './objects.ts';
export {
  $count,
  $each,
  $element,
  $fields,
  $log,
  $maybe,
  $maybeElement,
  $noted,
  $read,
  $whole,
} from './reads.ts';
export { $e, $ei, $eu, $l, $length, $m, $mo, $plus, $push, $silent } from './writes.ts';
