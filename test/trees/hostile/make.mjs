// node test/trees/hostile/make.mjs COUNT [SEED]: vector streams to play on a tree, on standard output.
import { streams } from './streams.mjs';

const [count = '100', seed = '1'] = process.argv.slice(2);
for (const line of streams(Number(count), Number(seed))) process.stdout.write(`${line}\n`);
