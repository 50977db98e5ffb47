import type { Command } from 'commander';
import { openCapture } from '../../capture/reader.ts';
import { FactCollector } from '../../query/facts.ts';
import { parseRules, type Rule, RuleError } from '../../query/rules.ts';
import { checkRules, rulesJson, rulesJunit, rulesText } from '../../query/rules-report.ts';
import { EXIT_FOUND, UsageError } from '../exit.ts';
import { checkWritable, readInput, writeOutput } from '../io/files.ts';
import { answersByStatus, print } from '../io/output.ts';
import { readThrough } from '../io/read.ts';
import { addModelOptions, type ModelCliOptions, modelOptions } from '../options/model.ts';

interface AssertOptions extends ModelCliOptions {
  rule: string[];
  junit?: string;
  json?: true;
}

const collect = (value: string, before: string[]): string[] => [...before, value];

export function register(program: Command): void {
  const command = program
    .command('assert')
    .summary('check rules about a capture, for CI')
    .description(
      'Plays a capture and checks rules about it, one a line: no warnings, no failed calls, no divergences, no failed ' +
        'VM_BIND, at most 12 cache flushes, at most 64M mapped bytes, at least 1 GROUP_SUBMIT, mapped 1@0x7fff0000, not ' +
        'mapped 1@0x7fff0000 after 120, no open objects. # begins a comment. Exit status 1 where one does not hold.',
    )
    .argument('<capture>', 'capture, FIFO, or - for standard input')
    .argument('[rules]', 'file of rules')
    .option('--rule <text>', 'a rule; may be repeated', collect, [])
    .option('--junit <file>', 'also write JUnit XML')
    .option('--json', 'one JSON object')
    .addHelpText(
      'after',
      "\nExample:\n  panthor-shim assert capture.jsonl.gz --rule 'no failed calls' --rule 'at most 12 cache flushes'\n",
    );
  addModelOptions(command).action(assert);
}

async function assert(path: string, file: string | undefined, options: AssertOptions): Promise<void> {
  answersByStatus();
  if (path === '-' && file === '-')
    throw new UsageError('only one of capture and rules can be standard input');
  if (options.junit !== undefined) checkWritable(options.junit);
  const rules = [
    ...(file === undefined ? [] : rulesOf(Buffer.from(await readInput(file)).toString('utf8'), file)),
    ...options.rule.flatMap((text) => {
      const found = rulesOf(text, '--rule');
      // What comes from a variable that was not set.
      if (found.length === 0) throw new UsageError('--rule: expected a rule, found none');
      return found;
    }),
  ];
  if (rules.length === 0) throw new UsageError('no rule: name a file of them, or say --rule');
  const capture = await openCapture(path);
  const facts = new FactCollector(capture.header, modelOptions(options, capture.header));
  await readThrough(
    capture,
    (record) => facts.step(record),
    () => {
      const results = checkRules(rules, facts.finish());
      if (options.junit !== undefined) writeOutput(options.junit, rulesJunit(path, results));
      print(options.json ? rulesJson(path, results) : rulesText(results));
      if (results.some(({ failure }) => failure !== null)) process.exitCode = EXIT_FOUND;
    },
  );
}

function rulesOf(source: string, name: string): Rule[] {
  try {
    return parseRules(source);
  } catch (error) {
    if (!(error instanceof RuleError)) throw error;
    throw new UsageError(name === '--rule' ? error.message : `${name}:${error.line}: ${error.message}`);
  }
}
