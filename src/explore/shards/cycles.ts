import type { Graph } from '../search/graph.ts';

/** Whether the steps that were noted between `states` states lead in a circle: states are taken away that no step is left to. */
export function isCyclic(graph: Graph, states: number): boolean {
  const { from, to } = graph.toData();
  const into = new Int32Array(states);
  const first = new Int32Array(states + 1);
  for (let i = 0; i < from.length; i++) {
    into[to[i]]++;
    first[from[i] + 1]++;
  }
  for (let i = 0; i < states; i++) first[i + 1] += first[i];
  const order = new Int32Array(from.length);
  const next = first.slice();
  for (let i = 0; i < from.length; i++) order[next[from[i]]++] = to[i];
  const free: number[] = [];
  for (let i = 0; i < states; i++) if (into[i] === 0) free.push(i);
  let gone = 0;
  for (let state = free.pop(); state !== undefined; state = free.pop()) {
    gone++;
    for (let i = first[state]; i < first[state + 1]; i++) if (--into[order[i]] === 0) free.push(order[i]);
  }
  return gone < states;
}
