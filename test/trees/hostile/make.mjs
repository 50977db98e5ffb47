// node test/trees/hostile/make.mjs COUNT [SEED [yes]]: vector streams to play on a tree, on standard output.
import { streams } from './streams.mjs';

const [count = '100', seed = '1', emptyMaps = 'no'] = process.argv.slice(2);
for (const line of streams(Number(count), Number(seed), emptyMaps === 'yes'))
  process.stdout.write(`${line}\n`);
