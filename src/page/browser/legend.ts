/** What the colours and textures of the drawings mean. */
import type { Capture } from './capture.ts';
import { byId, el } from './dom.ts';
import { CALL_COLOURS, FAILED, OTHER_CALL } from './palette.ts';

function item(text: string, swatch: string, colour: string | null): HTMLElement {
  const box = el('span', { class: `swatch ${swatch}`, 'aria-hidden': 'true' });
  if (colour !== null) box.style.backgroundColor = colour;
  return el('li', {}, box, text);
}

export function legends(capture: Capture): void {
  byId('map-legend').append(
    item('2 MiB blocks', 'plain', '#0072b2'),
    item('4 KiB pages', 'dots', '#0072b2'),
    item('both', 'stripes', '#0072b2'),
    item('sparse', 'hatch', null),
    item('one colour an object', 'plain', '#e69f00'),
    item('eviction from a slot', 'mark odd', null),
    item('warning, reset, differs', 'mark bad', null),
  );
  const { names } = capture.meta;
  const shown = new Map<string, string[]>();
  for (const [name, colour] of Object.entries(CALL_COLOURS))
    if (names.includes(name)) shown.set(colour, [...(shown.get(colour) ?? []), name]);
  byId('line-legend').append(
    ...[...shown].map(([colour, calls]) => item(calls.join(', '), 'plain', colour)),
    item('other calls', 'plain', OTHER_CALL),
    item('failed or differs', 'plain', FAILED),
    item('locked region', 'lock', null),
    item('fence', 'arrow', null),
  );
}
