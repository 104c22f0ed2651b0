// Completion scripts for shells, made from the commands. What is known beforehand stands in the script; names of jobs,
// repositories and logs are asked of `firstred __complete`, which gives only words that no shell could take for code.
import type { CommandDescription, FlagDescription } from './command.ts';
import { TOPIC_NAMES } from './topics.ts';

/** The shells that there is a script for. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** What `help` takes. */
const helpWords = (commands: readonly CommandDescription[]): readonly string[] => [
  'all',
  ...TOPIC_NAMES,
  ...commands.map((command) => command.name),
];

/** Values that the index knows, by the flag they are given to. */
export const INDEXED_FLAGS = ['repo', 'sha', 'job', 'branch', 'workflow'] as const;

/** The script for `shell`, to be sourced by it. */
export function completionScript(shell: Shell, commands: readonly CommandDescription[]): string {
  if (shell === 'fish') return fishScript(commands);
  const bash = bashScript(commands);
  return shell === 'bash' ? bash : `autoload -U +X bashcompinit && bashcompinit\n${bash}`;
}

const takesRef = (command: CommandDescription): boolean => /ref/i.test(command.arguments);

const wordsOf = (command: CommandDescription): string => command.flags.map((flag) => flag.long).join(' ');

function bashScript(commands: readonly CommandDescription[]): string {
  const choices = commands.flatMap((command) =>
    command.flags
      .filter((flag) => flag.choices.length > 0)
      .map((flag) => `    ${command.name}:${flag.long}) known='${flag.choices.join(' ')}' ;;`),
  );
  return `# firstred: completion for bash. Load it by: source <(firstred completion bash)
_firstred() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} cmd=\${COMP_WORDS[1]} known='' asked='' word
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W '${commands.map((command) => command.name).join(' ')} help' -- "$cur"))
    return
  fi
  case "$cmd:$prev" in
${choices.join('\n')}
    help:*) known='${helpWords(commands).join(' ')}' ;;
    ${INDEXED_FLAGS.map((flag) => `*:--${flag}`).join('|')}) asked=\${prev#--} ;;
    *) case "$cmd" in ${commands
      .filter(takesRef)
      .map((command) => command.name)
      .join('|')}) asked=ref ;; completion) known='${SHELLS.join(' ')}' ;; esac ;;
  esac
  case "$cur" in
    -*) asked=''; case "$cmd" in
${commands.map((command) => `      ${command.name}) known='${wordsOf(command)}' ;;`).join('\n')}
    esac ;;
  esac
  if [ -n "$known" ]; then
    COMPREPLY=($(compgen -W "$known" -- "$cur"))
  elif [ -n "$asked" ]; then
    while IFS= read -r word; do COMPREPLY+=("$word"); done < <(firstred __complete "$asked" -- "$cur" 2>/dev/null)
  fi
}
complete -o default -F _firstred firstred
`;
}

const quotedForFish = (text: string): string => `'${text.replaceAll(/[\\']/g, '\\$&')}'`;

function fishScript(commands: readonly CommandDescription[]): string {
  const ask = (what: string): string => `(firstred __complete ${what} -- (commandline -ct) 2>/dev/null)`;
  const flagLine = (command: CommandDescription, flag: FlagDescription): string => {
    const indexed = INDEXED_FLAGS.find((name) => flag.long === `--${name}`);
    const values =
      flag.choices.length > 0
        ? ` -xa ${quotedForFish(flag.choices.join(' '))}`
        : indexed !== undefined
          ? ` -xa ${quotedForFish(ask(indexed))}`
          : flag.takesValue
            ? ' -r'
            : '';
    const short = flag.short === undefined ? '' : ` -s ${flag.short.slice(1)}`;
    return `complete -c firstred -n '__fish_seen_subcommand_from ${command.name}'${short} -l ${flag.long.slice(2)}${values} -d ${quotedForFish(flag.summary)}`;
  };
  const fixed = (command: string, words: readonly string[]): string =>
    `complete -c firstred -n '__fish_seen_subcommand_from ${command}' -xa ${quotedForFish(words.join(' '))}`;
  return `# firstred: completion for fish. Load it by: firstred completion fish | source
complete -c firstred -n __fish_use_subcommand -xa help -d 'help on a command or topic'
${fixed('help', helpWords(commands))}
${fixed('completion', SHELLS)}
${commands
  .flatMap((command) => [
    `complete -c firstred -n __fish_use_subcommand -xa ${command.name} -d ${quotedForFish(command.summary)}`,
    ...(takesRef(command)
      ? [`complete -c firstred -n '__fish_seen_subcommand_from ${command.name}' -a ${quotedForFish(ask('ref'))}`]
      : []),
    ...command.flags.map((flag) => flagLine(command, flag)),
  ])
  .join('\n')}
`;
}
