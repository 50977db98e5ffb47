/** How text for people is shown: columns, characters and colours, as the options say or as the terminal is. */

import { visibleLines } from '../../../uapi/visible.ts';
import { ascii } from '../../report/ascii.ts';
import { wrapText } from '../../report/wrap-text.ts';
import { coloured } from './colours.ts';

export interface TerminalOptions {
  /** Columns; undefined: those of the terminal, and no limit where there is none. */
  width?: number;
  ascii?: true;
  color?: 'auto' | 'always' | 'never';
  pager?: boolean;
  /** The command prints JSON, which is left as it is. */
  json?: true;
}

let chosen: TerminalOptions = {};

/** To be called before a command acts, with its options. */
export function setTerminal(options: TerminalOptions): void {
  chosen = options;
}

export function printsJson(): boolean {
  return chosen.json === true;
}

export function wantsPager(): boolean {
  return chosen.pager !== false && !printsJson() && process.stdout.isTTY === true;
}

function widthOf(stream: NodeJS.WriteStream): number {
  if (chosen.width !== undefined) return chosen.width;
  return (stream.isTTY && stream.columns) || Number.POSITIVE_INFINITY;
}

/** Columns that text on standard output may take; Infinity where nothing says how many. */
export function outputWidth(): number {
  return widthOf(process.stdout);
}

/** Whether a stream is to have colours: NO_COLOR (no-color.org) and TERM are heard, --color has the last word. */
function hasColours(stream: NodeJS.WriteStream): boolean {
  if (chosen.color === 'always') return true;
  if (chosen.color === 'never' || !stream.isTTY) return false;
  return (process.env.NO_COLOR ?? '') === '' && stream.hasColors();
}

/**
 * Text of ours as a stream is to have it: what a terminal would obey made visible, in ASCII where that is asked for, no row
 * longer than the terminal is wide, coloured.
 */
export function forPeople(text: string, stream: NodeJS.WriteStream): string {
  const seen = visibleLines(text);
  const fitted = wrapText(chosen.ascii ? ascii(seen) : seen, widthOf(stream));
  return hasColours(stream) ? coloured(fitted) : fitted;
}
