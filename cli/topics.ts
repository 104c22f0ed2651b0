// `firstred help TOPIC`: what several commands share, each on one screen.

const TOPICS: Readonly<Record<string, string>> = {
  refs: `REF: how a log is named, in this order of reading

  red.log  -               a file that exists (.gz and .zst too), or stdin
  L7kq2m9xw1c4d8fh3        a log id, or six or more characters of its start
  last-red  last-green     the newest one that the filters let through
  https://…                a provider's page of a job or run
  812  812/2  812/#t4830   RUN, RUN/ATTEMPT, RUN/#t<providerId>
  4f2a91c:test#2           SHA[:JOB][#ATTEMPT]; 7 or more characters; #t<providerId> works too

Filters choose among several, as in \`firstred why last-red --job "e2e*"\`: see \`firstred help filters\`.
Add :214 or :200-240 for a line or a range. In a job's name write %3A for ':', %23 for '#', %2F for '/'.
An attempt shown as ~2 has no number that the CI server told: it is the second by its time, and #2 names it.
Where a REF names several logs of one job, the newest attempt's fullest log is taken; why and attach, which are
about a failure, take that of the newest red one.
`,
  filters: `Filters of list, search, flakes, signatures, headroom and sync, and of commands that take a REF

  --repo --sha --workflow --job --branch --pr --run --attempt --label k=v
  --conclusion red|green|success|failure|cancelled|timed_out|skipped|unknown
  --since 7d  --until 2026-11-01  --limit 20

--workflow and --job take globs (* ?). --sha takes a start, and matches what was tested as well. --repo takes the last
parts of a name: acme/app, app. Of labels each one given must fit. --limit is of lists and searches alone.
`,
  'exit-codes': `Exit codes

  0    yes, or done
  1    a valid no: nothing found, the logs differ, an unexplained red
  2    wrong usage, or an unexpected failure
  20   partly done
  21   not found
  23   refused: rights, credentials, a bad signature
  24   not yet: kept locally to be delivered later, or not all logs there
  25   damaged data
  130  interrupted (143 by SIGTERM)

A script must treat a number that it does not know as a failure. \`run\` ends with its child's code.
`,
  masking: `Masking: secrets stop before the first byte is written

  What is masked: values of secret-looking environment variables (and those named by --mask-env NAME and the lines of
  --mask-file FILE) in every usual encoding, and what looks like a token, password or private key. The mask is ***.
  The manifest counts masks by rule. --no-mask --i-know switches it off, which the manifest says too.

  \`firstred mask FILE\` shows what would go. \`firstred rescan\` looks for what newer rules find in logs that are kept;
  with --yes masked copies take their place, and the old ids lead to them. What nobody told and no rule knows stays.
`,
};

/** The topics that there are. */
export const TOPIC_NAMES = Object.keys(TOPICS);

/** The text of a topic, or undefined. */
export const findTopic = (name: string): string | undefined => (Object.hasOwn(TOPICS, name) ? TOPICS[name] : undefined);
