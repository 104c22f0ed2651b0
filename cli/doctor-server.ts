// What `firstred doctor` finds at the CI server: whether it answers, what it cannot do, and what the token may read.
import type { Forge } from '../forge/forge.ts';
import { AppError } from '../store/errors.ts';
import type { CommandInput, CommandIo } from './command.ts';
import { type Finding, failed, ok, warn } from './doctor.ts';
import { isServerKnown, openCommandForge, repoToAsk } from './forge-access.ts';

/** The CI server, where one is named or this is a job of it. */
export async function checkServer(input: CommandInput, io: CommandIo): Promise<readonly Finding[]> {
  if (!(await isServerKnown(input, io))) return [];
  try {
    const forge = await openCommandForge(input, io);
    return [
      ok('server', forge.title),
      ...Object.values(forge.gaps).map(gapFinding),
      await checkToken(forge, input, io),
    ];
  } catch (error) {
    return [failed('server', error)];
  }
}

/** A gap is a sentence: what is missing, a colon, what to do instead. */
function gapFinding(gap: string): Finding {
  const [what = '', ...rest] = gap.split(': ');
  return warn('server: lacks', what, rest.length === 0 ? 'upgrade the server where you need it' : rest.join(': '));
}

/** Reading is tried on one repository. Rights to write cannot be tried without writing, so they are only named. */
async function checkToken(forge: Forge, input: CommandInput, io: CommandIo): Promise<Finding> {
  if (forge.attempts === undefined)
    return warn('token', 'not tried: this server cannot list attempts', 'see above: the server lacks it');
  let repo: string;
  try {
    repo = await repoToAsk(input, await io.config());
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return warn('token', 'not tried: no repository is named', 'give --repo owner/name, or set FIRSTRED_REPO');
  }
  try {
    for await (const _ of forge.attempts({ repo, by: 'since', sinceMs: io.now() }, io.signal)) break;
    return ok(
      'token',
      `runs of ${repo} can be read; statuses and comments need the right to write, which is not tried`,
    );
  } catch (error) {
    return failed('token', error);
  }
}
