/** Light or dark: the system's choice until the reader presses the button; paper is light. */

const listeners: (() => void)[] = [];
const system = matchMedia('(prefers-color-scheme: dark)');
const paper = matchMedia('print');
let printing = false;

export function isDark(): boolean {
  if (printing || paper.matches) return false;
  const chosen = document.documentElement.dataset.theme;
  return chosen === undefined ? system.matches : chosen === 'dark';
}

/** `listener` is called after each change. */
export function onTheme(listener: () => void): void {
  listeners.push(listener);
}

function changed(): void {
  for (const listener of listeners) listener();
}

export function startTheme(button: HTMLElement): void {
  button.addEventListener('click', () => {
    document.documentElement.dataset.theme = isDark() ? 'light' : 'dark';
    changed();
  });
  system.addEventListener('change', changed);
  paper.addEventListener('change', changed);
  for (const [event, on] of [
    ['beforeprint', true],
    ['afterprint', false],
  ] as const)
    addEventListener(event, () => {
      printing = on;
      changed();
    });
}

const colours = new Map<string, string>();
onTheme(() => colours.clear());

/** A colour of the style sheet, which has each as `light-dark(#…, #…)`. */
export function cssColour(name: string): string {
  let colour = colours.get(name);
  if (colour === undefined) {
    const said = getComputedStyle(document.documentElement).getPropertyValue(`--${name}`);
    const [light, dark] = said.match(/#[0-9a-f]+/gi) ?? ['#000000'];
    colour = isDark() ? (dark ?? light) : light;
    colours.set(name, colour);
  }
  return colour;
}
