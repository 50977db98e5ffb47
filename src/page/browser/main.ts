/** What runs when a page opens: which kind it is, its data says. */
import { CaptureView } from './capture-view.ts';
import { byId } from './dom.ts';
import { startStepper } from './stepper.ts';
import { startTheme } from './theme.ts';

async function start(): Promise<void> {
  startTheme(byId('theme'));
  startStepper();
  if (document.getElementById('data') !== null) await CaptureView.start();
  performance.mark('drawn');
  document.documentElement.dataset.ready = 'true';
}

start().catch((error: unknown) => {
  const said = document.createElement('p');
  said.className = 'verdict bad';
  said.textContent = `This page cannot be shown: ${error}`;
  byId('main').prepend(said);
  throw error;
});
