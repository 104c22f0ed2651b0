// Differences that two attempts of one job always have, as data: transfers, progress, what was checked out, how the run
// ended. They are counted, not listed, unless all is asked for. None of it hides a line that an error rule knows.

/** Why a difference is counted and not listed. */
export type NoiseReason =
  | 'transfer' // downloads, uploads, package unpacking and their progress
  | 'checkout' // what was fetched and checked out, by whom it was defined
  | 'conclusion' // how the run ended: by definition different
  | 'value' // the same message with another value, at the same place
  | 'other-step' // in a step that went well in the red attempt
  | 'routine' // passed tests and progress of normal work, where there is much of it
  | 'reordered' // as often as in green, at another place, by chance
  | 'count' // a frequent line, more or less often; large changes are told apart
  | 'not-reached'; // what green did after the point where red stopped

interface NoiseRule {
  readonly reason: NoiseReason;
  readonly pattern: RegExp;
}

/** By structure of the tools that nearly every job runs: version control, package managers, containers, transfers. */
const NOISE_RULES: readonly NoiseRule[] = [
  {
    reason: 'transfer',
    pattern:
      /^(?:\[\w+\] )?(?:go: |npm |yarn |cargo |pip |#\d+ (?:[\d.]+ )?|\[\d+\/\d+\] )?(?:Download(?:ing|ed)?|Upload(?:ing|ed)?|Collecting|Using cached|Fetch(?:ing|ed)|Pulling|Pulled|Get:\d+|Hit:\d+|Ign:\d+|Receiving objects|Received|Resolving deltas|Counting objects|Compressing objects|Unpacking|Extracting|Transferring|Progress|Retrieving|Copying blob|Starting download|Total \d+ \(delta)\b/i,
  },
  {
    reason: 'transfer',
    pattern: /^[0-9a-f]{8,64}: (?:Pull|Download|Verifying|Waiting|Already|Extracting|Layer|Push|Preparing|Mounted)/,
  },
  {
    reason: 'transfer',
    pattern:
      /^remote: |^ *\d+ +[\d.]+[kMG]? +\d+ +[\d.]+[kMG]? .*--:--|^ *\d{1,3}%[ [|]|^\s*[\d.]+ ?[kKMG]i?B ?\/ ?[\d.]+ ?[kKMG]i?B/,
  },
  {
    reason: 'transfer',
    pattern:
      /^(?:Selecting previously|Preparing to unpack|Setting up|Processing triggers|\(Reading database|\(\d+\/\d+\) (?:Installing|Upgrading)|Installing collected packages|Successfully installed|added \d+ packages|Fetched \d)/,
  },
  {
    reason: 'checkout',
    pattern:
      /^(?:HEAD is now at|Commit message:|Checking out|Switched to|branch '.*' set up|Note: (?:switching|checking)|\* (?:\[new|branch)|\+ [0-9a-f]+\.\.\.|Previous HEAD|Turn off this advice|Merge(?:d|ing)? |First time build)|^\s+[0-9a-f]{7,}\.\.[0-9a-f]{7,}\s/,
  },
  { reason: 'checkout', pattern: /^(?:\[command\]|##\[command\]|> |\$ |\+ )?(?:\/?\S*\/)?git(?:\.exe)? / },
  { reason: 'checkout', pattern: /^Job defined at: |^Requested labels|refs\/(?:heads|pull|tags|remotes)\/\S+/ },
  {
    reason: 'conclusion',
    pattern:
      /^(?:Finished: \w+$|Job (?:failed|succeeded)|(?:FAIL|FAILED|PASS)$|Sending e-?mails? to|Email was triggered|Notifying |Archiving artifacts|Recording )/,
  },
];

/** Lines of normal work: passed tests, information levels. */
const ROUTINE =
  /^\s*(?:\u2713|\u2714|\u2705|ok\b|PASS(?:ED)?\b|--- PASS|=== (?:RUN|PAUSE|CONT|NAME)\b|\[ *(?:OK|RUN) *\]|\W{0,3}(?:INFO|DEBUG|TRACE|info|debug|trace)\b|\?\s+\S+\s+\[no test)|^(?:\S+[ \t]+){0,3}\[?(?:INFO|DEBUG|TRACE)\b|(?:\.\.\.|:) (?:ok|OK|PASSED|passed|success)$|\bPASSED\b/;

/** Which noise a line is by its words; undefined for a line that may mean something. */
export const findNoise = (text: string): NoiseReason | undefined => findRule(text.trimStart());

const findRule = (text: string): NoiseReason | undefined => NOISE_RULES.find((rule) => rule.pattern.test(text))?.reason;

/** Whether a line is what every run prints: progress, downloads, set-up. */
export const isRoutine = (text: string): boolean => ROUTINE.test(text);
