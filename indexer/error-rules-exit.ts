// Exit lines: true, but they only repeat that something before them failed. They are tried first, as many of them look
// like errors as well.
import { rule } from './error-rule.ts';

export const EXIT_RULES = [
  rule(
    'exit-provider',
    'exit',
    0.3,
    'process completed',
    /^(?:##\[error\]|::error[^:]*::)?(?:Error: )?Process completed with exit code [1-9]\d*\.?$/,
  ),
  rule(
    'exit-provider',
    'exit',
    0.3,
    'exited with code|failed with exit|exitcode',
    /^(?:##\[error\]|::error::)?(?:.{0,60}\bexited with code '?-?[1-9]\d*|The process '.*' failed with exit code|Docker run failed with exit code|exitcode '\d+': failure)/i,
  ),
  rule(
    'exit-provider',
    'exit',
    0.35,
    'job failed|finished: |build step',
    /^(?:ERROR: )?Job failed(?:: exit (?:code|status) \d+| \(system failure\))?|^Finished: (?:FAILURE|UNSTABLE|ABORTED)|^Build step '.*' (?:marked build as failure|changed build result)/,
  ),
  rule(
    'exit-provider',
    'exit',
    0.3,
    'the command|exited with|exit code',
    /^The command ".*" (?:exited with|failed and exited with|failed\b)|^Done\. Your build exited with [1-9]|^(?:ERROR: )?script returned exit code [1-9]|^\S* ?The command exited with status [1-9]/,
  ),
  rule(
    'exit-make',
    'exit',
    0.32,
    'make|ninja',
    /^(?:\S*make(?:\.exe)?|ninja|gmake)(?:\[\d+\])?: (?:\*\*\* .* Error -?\d+|\*\*\* \[[^\]]*\] (?:Aborted|Killed|Segmentation fault|Terminated)|build stopped|\*\*\* Waiting for|Target .* not remade because of errors)/,
  ),
  rule(
    'exit-code',
    'exit',
    0.3,
    'exit',
    /^(?:[\w./-]+: )?(?:error[: ]+)?(?:command |process |script |program |recipe for target .* )?(?:failed with |exited with |returned )?exit[ -]?(?:code|status)[: ]+[1-9]\d*\.?$/i,
  ),
  rule(
    'exit-code',
    'exit',
    0.34,
    'npm err|error command failed|elifecycle',
    /^(?:npm ERR! |npm error )(?:code (?:ELIFECYCLE|1|2)\b|errno \d+|Exit status|Failed at the|Lifecycle script|command failed|Test failed)|^error Command failed with exit code|^\s*ELIFECYCLE\b/i,
  ),
  rule(
    'exit-wrapper',
    'exit',
    0.3,
    '[error]',
    /^\[ERROR\] *(?:$|To see the full stack trace|Re-run Maven|For more information about the errors|\[Help \d+\]|After correcting the problems|Please refer to|-> \[Help|mvn <)/,
  ),
  rule(
    'exit-wrapper',
    'exit',
    0.28,
    '* try|--stacktrace|* get more help|> run with|complete log|npm err',
    /^(?:\* Try:|> Run with --|\* Get more help|A complete log of this run can be found|npm (?:ERR!|error)\s*(?:$|A complete log))/i,
  ),
  rule(
    'exit-banner',
    'exit',
    0.36,
    'build fail|build failed|test failed|archive failed|build did not|build completed',
    /^(?:\[(?:INFO|ERROR)\] )?(?:BUILD (?:FAILURE|FAILED)|\*\* (?:BUILD|TEST|ARCHIVE) FAILED \*\*|Build FAILED\.?|FAILURE: Build (?:failed|completed with)|FAILED: Build did NOT complete|Build failed with an exception)/,
  ),
];
