// `firstred doctor`: looks at everything that a log passes, and says of each finding what to do.
import { showText } from '../../store/visible-text.ts';
import type { Command, CommandInput, CommandIo } from '../command.ts';
import {
  checkIndex,
  checkPut,
  checkRuntime,
  checkSpace,
  checkSpool,
  checkStore,
  checkTools,
  type Finding,
} from '../doctor.ts';
import { checkServer } from '../doctor-server.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { FORGE_OPTIONS } from '../forge-access.ts';
import { openProgress } from '../progress.ts';
import { openSession } from '../session.ts';

export const doctor: Command = {
  name: 'doctor',
  summary: 'Checks store, rights, clock, tools, spool, disk, index, CI server and token, and says what to fix.',
  group: 'more',
  options: [
    { flags: '--probe', summary: 'also writes a small object into the store, tries to overwrite it, and removes it' },
    { flags: '--repo <repo>', summary: 'owner/name on the CI server: whether the token may read its runs' },
    ...FORGE_OPTIONS,
  ],
  examples: [
    { line: 'firstred doctor', summary: 'what works here, and what does not' },
    { line: 'firstred doctor --probe --json', summary: 'with the right to write, for a monitor' },
  ],
  exitCodes: { [EXIT.done]: 'nothing is bad', [EXIT.no]: 'something is' },
  run: runDoctor,
};

async function runDoctor(input: CommandInput, io: CommandIo): Promise<ExitCode> {
  const config = await io.config();
  const session = openSession(config);
  const progress = await openProgress(input, io);
  const looking = <T>(at: string, check: () => T): T => {
    progress.say(`looking at the ${at}`);
    return check();
  };
  try {
    const findings = [
      ...checkRuntime(),
      ...checkTools(config),
      ...(await looking('store', () => checkStore(session, io.now))),
      ...(input.flag('probe') ? await looking('rights', () => checkPut(session)) : []),
      ...(await looking('spool', () => checkSpool(config))),
      ...(await checkSpace(config)),
      ...(await looking('index', () => checkIndex(session, io.now))),
      ...(await looking('CI server', () => checkServer(input, io))),
    ];
    progress.clear();
    if (input.flag('json')) await io.stdout.write(`${JSON.stringify(findings.map(rowOf), null, 1)}\n`);
    else await io.stdout.write(findings.map(findingText).join(''));
    return findings.some((finding) => finding.state === 'bad') ? EXIT.no : EXIT.done;
  } finally {
    progress.clear();
    await session.close();
  }
}

const rowOf = (finding: Finding) => ({ ...finding, fix: finding.fix ?? null });

const SIGN = { ok: 'ok  ', warn: 'note', bad: 'BAD ' } as const;

const findingText = ({ state, check, finding, fix }: Finding): string =>
  `${SIGN[state]}  ${check.padEnd(16)}${showText(finding)}\n${fix === undefined ? '' : `      ${' '.repeat(16)}→ ${showText(fix)}\n`}`;
