/** The page of what a command printed with --json: which command it was, the fields say. */
import { type ConformJson, conformPage } from './conform-page.ts';
import {
  type CaptureDiffJson,
  captureDifferencePage,
  type KernelDiffJson,
  kernelDifferencePage,
} from './difference-page.ts';
import { type ReviewJson, reviewPage } from './review-page.ts';
import { type ScheduleJson, schedulePage } from './schedule-page.ts';

/** Fields that only the JSON of one command has. */
const KINDS: readonly (readonly [fields: readonly string[], page: (value: never) => string])[] = [
  [['scenario', 'verdict', 'steps'], (value: ScheduleJson) => schedulePage(value)],
  [['streams', 'ops', 'failures'], (value: ConformJson) => conformPage(value)],
  [['tree', 'base', 'differences', 'open'], (value: ReviewJson) => reviewPage(value)],
  [['kernels', 'sides', 'differences'], (value: KernelDiffJson) => kernelDifferencePage(value)],
  [
    ['captures', 'only', 'differences'],
    (value: CaptureDiffJson) => captureDifferencePage({ ...value, byPlace: value.by_place }, value.captures),
  ],
];

/** The page, or null where no command of ours prints such an object. */
export function resultPage(value: object): string | null {
  const found = KINDS.find(([fields]) => fields.every((field) => field in value));
  return found === undefined ? null : found[1](value as never);
}
