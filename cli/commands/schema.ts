// `firstred schema`: the JSON Schema of what a command prints with --json.
import { AppError } from '../../store/errors.ts';
import type { Command } from '../command.ts';
import { EXIT } from '../exit-codes.ts';

export const schema: Command = {
  name: 'schema',
  summary: 'JSON Schema of what a command prints with --json; without a name, the names there are.',
  arguments: '[name]',
  group: 'more',
  options: [],
  examples: [
    { line: 'firstred schema', summary: 'the names' },
    { line: 'firstred schema search', summary: 'the schema of one line of `search --json`' },
  ],
  exitCodes: { [EXIT.done]: 'printed' },
  run: async (input, io) => {
    const { findJsonSchema, SCHEMA_NAMES } = await import('../schemas.ts');
    const [name] = input.arguments;
    if (name === undefined) {
      await io.stdout.write(`${SCHEMA_NAMES.join('\n')}\n`);
      return EXIT.done;
    }
    const found = findJsonSchema(name);
    if (found === undefined)
      throw new AppError('USAGE', `there is no schema '${name.slice(0, 80)}'`, {
        hint: `the names are ${SCHEMA_NAMES.join(', ')}`,
      });
    await io.stdout.write(`${JSON.stringify(found, null, 2)}\n`);
    return EXIT.done;
  },
};
