/** Rows that can be gone through with the arrow keys: the steps of a schedule, the calls of a difference. */

/** Makes each table of class `stepper` one stop of Tab, with the arrows moving within. */
export function startStepper(): void {
  for (const table of document.querySelectorAll<HTMLElement>('table.stepper')) {
    const rows = [...table.querySelectorAll<HTMLElement>('tbody tr:not(.how)')];
    const go = (to: number): void => {
      rows.forEach((row, i) => {
        row.tabIndex = i === to ? 0 : -1;
        row.toggleAttribute('data-current', i === to);
      });
      rows[to].focus();
    };
    rows.forEach((row, i) => {
      row.tabIndex = i === 0 ? 0 : -1;
      row.addEventListener('click', () => go(i));
      row.addEventListener('keydown', ({ key }) => {
        const to = { ArrowDown: i + 1, ArrowUp: i - 1, Home: 0, End: rows.length - 1 }[key];
        if (to !== undefined && to >= 0 && to < rows.length) go(to);
      });
    });
  }
}
