// `firstred doctor`: looks at everything that a log passes, and says of each finding what to do.
import { showText } from '../../store/visible-text.ts';
import type { Command, CommandInput, CommandIo } from '../command.ts';
import { checkIndex, checkPut, checkRuntime, checkSpool, checkStore, type Finding, failed } from '../doctor.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { FORGE_OPTIONS, openCommandForge } from '../forge-access.ts';
import { openSession } from '../session.ts';

export const doctor: Command = {
  name: 'doctor',
  summary: 'Checks store, rights, clock, spool, index and CI server, and says what to fix.',
  group: 'more',
  options: [
    { flags: '--probe', summary: 'also writes a small object into the store, tries to overwrite it, and removes it' },
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
  try {
    const findings = [
      ...checkRuntime(),
      ...(await checkStore(session, io.now)),
      ...(input.flag('probe') ? await checkPut(session) : []),
      ...(await checkSpool(config)),
      ...(await checkIndex(session)),
      ...(await checkServer(input, io)),
    ];
    if (input.flag('json')) await io.stdout.write(`${JSON.stringify(findings.map(rowOf), null, 1)}\n`);
    else await io.stdout.write(findings.map(findingText).join(''));
    return findings.some((finding) => finding.state === 'bad') ? EXIT.no : EXIT.done;
  } finally {
    await session.close();
  }
}

/** The CI server, where one is named or this is a job of it. */
async function checkServer(input: CommandInput, io: CommandIo): Promise<readonly Finding[]> {
  const { env } = await io.config();
  const named = ['FIRSTRED_SERVER_URL', 'GITHUB_SERVER_URL', 'FORGEJO_SERVER_URL'].some(
    (name) => (env[name] ?? '') !== '',
  );
  if (!named && input.text('server') === undefined) return [];
  try {
    const forge = await openCommandForge(input, io);
    const gaps = Object.values(forge.gaps);
    const [first] = gaps;
    if (first === undefined) return [{ check: 'server', state: 'ok', finding: forge.title, fix: undefined }];
    return gaps.map((gap) => ({ check: 'server', state: 'warn', finding: `${forge.title}: ${gap}`, fix: undefined }));
  } catch (error) {
    return [failed('server', error)];
  }
}

const rowOf = (finding: Finding) => ({ ...finding, fix: finding.fix ?? null });

const SIGN = { ok: 'ok  ', warn: 'note', bad: 'BAD ' } as const;

const findingText = ({ state, check, finding, fix }: Finding): string =>
  `${SIGN[state]}  ${check.padEnd(16)}${showText(finding)}\n${fix === undefined ? '' : `      ${' '.repeat(16)}→ ${showText(fix)}\n`}`;
