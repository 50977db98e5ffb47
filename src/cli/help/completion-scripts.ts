/** Completion for shells, made from the commands themselves: names, options, and the values that an option may have. */
import type { Command, Option } from 'commander';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

interface Entry {
  name: string;
  about: string;
  options: readonly Option[];
  /** Names of commands below it. */
  below: string[];
}

function entries(program: Command): Entry[] {
  return program.commands.map((command) => ({
    name: command.name(),
    about: command.summary() || command.description(),
    options: command.createHelp().visibleOptions(command),
    below: command.commands.map((one) => one.name()),
  }));
}

export function completionScript(program: Command, shell: Shell): string {
  const all = entries(program);
  return { bash, zsh, fish }[shell](program.name(), all);
}

const flags = ({ short, long }: Option): string[] => [short, long].filter((flag) => flag != null);

/** In single quotes for a shell that ends them at the next one. */
const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

function bash(program: string, all: readonly Entry[]): string {
  const cases = all.map(({ name, options, below }) => {
    const words = [...options.flatMap(flags), ...below].join(' ');
    return `    ${name}) words=${quoted(words)} ;;`;
  });
  const values = valuesOf(all).map(
    ([name, flag, choices]) => `    ${name}:${flag}) words=${quoted(choices.join(' '))} ;;`,
  );
  const names = all.map(({ name }) => name).join(' ');
  return `# bash completion of ${program}
_${ident(program)}() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} command=\${COMP_WORDS[1]} words=
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W ${quoted(names)} -- "$cur"))
    return
  fi
  case "$command:$prev" in
${values.join('\n')}
  esac
  if [ -n "$words" ]; then
    COMPREPLY=($(compgen -W "$words" -- "$cur"))
    return
  fi
  case "$command" in
${cases.join('\n')}
  esac
  case "$cur" in
    -*) COMPREPLY=($(compgen -W "$words" -- "$cur")) ;;
    *) COMPREPLY=($(compgen -W "$(printf '%s\\n' $words | grep -v '^-')" -- "$cur") $(compgen -f -- "$cur")) ;;
  esac
}
complete -o filenames -F _${ident(program)} ${program}
`;
}

function zsh(program: string, all: readonly Entry[]): string {
  const names = all.map(({ name, about }) => `    ${quoted(`${name}:${about}`)}`);
  const cases = all.map(({ name, options, below }) => {
    const list = options.map((option) => `      ${zshOption(option)}`);
    const rest = below.length > 0 ? `'1:command:(${below.join(' ')})'` : "'*:file:_files'";
    return `    ${name})\n      _arguments \\\n${[...list, `      ${rest}`].join(' \\\n')} ;;`;
  });
  return `#compdef ${program}
_${ident(program)}() {
  local -a commands
  commands=(
${names.join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe 'command' commands
    return
  fi
  local command=$words[2]
  shift words
  (( CURRENT-- ))
  case $command in
${cases.join('\n')}
  esac
}
compdef _${ident(program)} ${program} 2>/dev/null
`;
}

/** `'(-i --ioctl)'{-i,--ioctl}'[only these calls]:names:'` */
function zshOption(option: Option): string {
  const names = flags(option);
  const about = option.description.replace(/[[\]:]/g, '\\$&').split('\n')[0];
  const takes = option.required || option.optional;
  const value = option.argChoices ? `:value:(${option.argChoices.join(' ')})` : takes ? ':value:_files' : '';
  const text = quoted(`[${about}]${value}`);
  return names.length === 2 ? `'(${names.join(' ')})'{${names.join(',')}}${text}` : `${names[0]}${text}`;
}

function fish(program: string, all: readonly Entry[]): string {
  const first = '__fish_use_subcommand';
  const lines = all.map(
    ({ name, about }) => `complete -c ${program} -n ${first} -f -a ${name} -d ${quoted(about)}`,
  );
  for (const { name, options, below } of all) {
    const when = quoted(`__fish_seen_subcommand_from ${name}`);
    for (const word of below) lines.push(`complete -c ${program} -n ${when} -f -a ${word}`);
    for (const { short, long, description, required, optional, argChoices } of options) {
      const parts = [`complete -c ${program} -n ${when}`];
      if (short) parts.push(`-s ${short.slice(1)}`);
      if (long) parts.push(`-l ${long.slice(2)}`);
      if (required || optional) parts.push('-r');
      if (argChoices) parts.push(`-f -a ${quoted(argChoices.join(' '))}`);
      lines.push([...parts, `-d ${quoted(description)}`].join(' '));
    }
  }
  return `# fish completion of ${program}\n${lines.join('\n')}\n`;
}

/** Options with a fixed set of values. */
function valuesOf(all: readonly Entry[]): [command: string, flag: string, choices: readonly string[]][] {
  return all.flatMap(({ name, options }) =>
    options.flatMap((option) =>
      option.argChoices === undefined
        ? []
        : flags(option).map((flag): [string, string, readonly string[]] => [
            name,
            flag,
            option.argChoices ?? [],
          ]),
    ),
  );
}

const ident = (name: string): string => name.replace(/\W/g, '_');
