import { Argument, type Command } from 'commander';
import { printData } from '../io/output.ts';
import { completionScript, SHELLS, type Shell } from './completion-scripts.ts';

export function register(program: Command): void {
  program
    .command('completion')
    .summary('print what completes commands and options in a shell')
    .description(
      'Prints a script that completes commands, options and the values of options in bash, zsh or fish.',
    )
    .addArgument(new Argument('<shell>', 'for which shell').choices([...SHELLS]))
    .addHelpText(
      'after',
      '\nExamples:\n  source <(panthor-shim completion bash)\n  panthor-shim completion zsh > ~/.zfunc/_panthor-shim\n' +
        '  panthor-shim completion fish > ~/.config/fish/completions/panthor-shim.fish\n',
    )
    .action((shell: Shell) => printData(completionScript(program, shell)));
}
