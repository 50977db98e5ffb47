/** Light or dark: the system's choice until the reader presses the button. */

const listeners: (() => void)[] = [];
const system = matchMedia('(prefers-color-scheme: dark)');

export function isDark(): boolean {
  const chosen = document.documentElement.dataset.theme;
  return chosen === undefined ? system.matches : chosen === 'dark';
}

/** `listener` is called after each change. */
export function onTheme(listener: () => void): void {
  listeners.push(listener);
}

export function startTheme(button: HTMLElement): void {
  button.addEventListener('click', () => {
    document.documentElement.dataset.theme = isDark() ? 'light' : 'dark';
    for (const listener of listeners) listener();
  });
  system.addEventListener('change', () => {
    for (const listener of listeners) listener();
  });
}

const colours = new Map<string, string>();
onTheme(() => colours.clear());

/** A colour of the style sheet. */
export function cssColour(name: string): string {
  let colour = colours.get(name);
  if (colour === undefined) {
    colour = getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
    colours.set(name, colour);
  }
  return colour;
}
