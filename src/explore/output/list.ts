/** What `explore --list` prints. */
import { loadScenario, scenarioNames } from '../scenario/catalogue.ts';

/** The built-in scenarios, as text or as JSON. */
export function list(json: boolean): string {
  if (json) {
    const scenarios = scenarioNames().map((name) => {
      const { about, check } = loadScenario(name);
      return { name, about, checks: check };
    });
    return `${JSON.stringify({ scenarios })}\n`;
  }
  const lines = scenarioNames().map((name) => {
    const { about, check } = loadScenario(name);
    return `${name}\n    ${about}\n    checks ${check.join(', ')}`;
  });
  return `${lines.join('\n')}\n`;
}
