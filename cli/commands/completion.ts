// `firstred completion SHELL`: a script that completes commands, flags, and what the index knows.
import { AppError } from '../../store/errors.ts';
import type { Command } from '../command.ts';
import { completionScript, SHELLS } from '../completion-scripts.ts';
import { EXIT } from '../exit-codes.ts';

export const completion: Command = {
  name: 'completion',
  summary: 'Prints a script that completes commands, flags, jobs and REFs in your shell.',
  arguments: '<shell>',
  group: 'more',
  options: [],
  examples: [
    { line: 'source <(firstred completion bash)', summary: 'a line for ~/.bashrc' },
    { line: 'source <(firstred completion zsh)', summary: 'a line for ~/.zshrc' },
    { line: 'firstred completion fish | source', summary: 'a line for ~/.config/fish/config.fish' },
  ],
  exitCodes: { [EXIT.done]: 'printed' },
  run: async (input, io) => {
    const [asked = ''] = input.arguments;
    const shell = SHELLS.find((each) => each === asked);
    if (shell === undefined)
      throw new AppError('USAGE', `there is no completion for '${asked.slice(0, 80)}'`, {
        hint: `the shells are ${SHELLS.join(', ')}`,
      });
    await io.stdout.write(completionScript(shell, await io.commands()));
    return EXIT.done;
  },
};
