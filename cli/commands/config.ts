// `firstred config`: every setting, its value and where that came from. Credentials are no settings and never shown.
import type { Command } from '../command.ts';
import { withoutUserInfo } from '../config.ts';
import { EXIT } from '../exit-codes.ts';
import { tableText } from '../output.ts';
import { SETTINGS } from '../settings.ts';

export const config: Command = {
  name: 'config',
  summary: 'Every setting with its value and origin.',
  group: 'more',
  options: [],
  examples: [
    { line: 'firstred config', summary: 'what holds here, and why' },
    { line: 'FIRSTRED_STORE=/srv/ci-logs firstred config --json', summary: 'the same for a script' },
  ],
  exitCodes: { [EXIT.done]: 'printed' },
  run: async (input, io) => {
    const values = (await io.config()).values.map((v) => ({ ...v, value: v.value && withoutUserInfo(v.value) }));
    const rows = values.map((v) => ({ ...v, value: v.value ?? null }));
    if (input.flag('json')) await io.stdout.write(`${JSON.stringify(rows, null, 1)}\n`);
    else
      await io.stdout.write(
        tableText(
          values,
          [
            { title: 'SETTING', cell: (v) => v.name },
            { title: 'VALUE', cell: (v) => v.value ?? '-' },
            { title: 'ORIGIN', cell: (v) => v.origin },
            { title: 'MEANING', cell: (v) => SETTINGS.find((s) => s.name === v.name)?.summary ?? '' },
          ],
          io.stdout.columns,
        ),
      );
    return EXIT.done;
  },
};
