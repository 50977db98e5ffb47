/**
 * Colours of objects and of calls: those of Okabe and Ito ("Color Universal Design", 2008), which the colour-blind can tell
 * apart, the yellow darkened so that it can be seen on white.
 */
export const OBJECT_COLOURS = [
  '#0072b2',
  '#e69f00',
  '#009e73',
  '#cc79a7',
  '#56b4e9',
  '#d55e00',
  '#b3a100',
  '#7a68c4',
] as const;

export const CALL_COLOURS: Readonly<Record<string, string>> = {
  VM_BIND: '#0072b2',
  GROUP_SUBMIT: '#e69f00',
  BO_CREATE: '#009e73',
  GEM_CLOSE: '#009e73',
  VM_CREATE: '#7a68c4',
  VM_DESTROY: '#7a68c4',
  SYNCOBJ_WAIT: '#56b4e9',
  SYNCOBJ_TIMELINE_WAIT: '#56b4e9',
};
export const OTHER_CALL = '#9aa3ad';
export const FAILED = '#d4004b';

export function callColour(name: string): string {
  return CALL_COLOURS[name] ?? OTHER_CALL;
}

export function objectColour(object: number): string {
  return OBJECT_COLOURS[object % OBJECT_COLOURS.length];
}

/** A colour as the pixel of an ImageData on a little-endian machine, mixed with `other` (0: itself, 1: the other). */
export function pixelOf(colour: string, other = colour, part = 0): number {
  const mix = (at: number): number => {
    const [a, b] = [colour, other].map((one) => Number.parseInt(one.slice(at, at + 2), 16));
    return Math.round(a + (b - a) * part);
  };
  return ((255 << 24) | (mix(5) << 16) | (mix(3) << 8) | mix(1)) >>> 0;
}

/** Black or white, whichever can be read on a colour (relative luminance as WCAG has it). */
export function inkOn(colour: string): string {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const c = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.3 ? '#000000' : '#ffffff';
}
