// Test frameworks and build tools: failed tests, assertions, failed tasks, counts that are not zero.
import { rule } from './error-rule.ts';

export const TEST_RULES = [
  rule('test-failed', 'test', 0.92, '--- fail', /^\s*--- FAIL: \S/),
  rule('test-failed', 'test', 0.9, 'failed|error', /^(?:FAILED|ERROR)(?: \[[\d.]+s\])? \S+(?:::|\.py|\/)\S*/),
  rule('test-failed', 'test', 0.9, 'fail: |error: ', /^(?:FAIL|ERROR): \w+ \([\w.]+\)|^(?:FAIL|ERROR): \w*[Tt]est\w*/),
  rule('test-failed', 'test', 0.9, '____', /^_{4,}.* \S+ .*_{4,}$/),
  rule('test-failed', 'test', 0.9, '<<< ', /<<< (?:FAILURE|ERROR)!/),
  rule('test-failed', 'test', 0.9, '[error] ', /^\[ERROR\] +(?:\w+[.#])?\w+(?:\(.*\))?(?::\d+|.*» )/),
  rule('test-failed', 'test', 0.9, 'failed', /^\s*\S.* > .* FAILED$|^test \S+ \.\.\. FAILED/),
  rule('test-failed', 'test', 0.8, 'failed', /^\S.*\bFAILED$(?<!\bBUILD FAILED)/),
  rule(
    'test-failed',
    'test',
    0.9,
    '[  failed|[ failed|timeout|crashed|not ok|***',
    /^\[ *(?:FAILED|TIMEOUT|CRASHED) *\] \S|^\s*not ok \d+|\*\*\*(?:Failed|Exception|Timeout|Not Run)\b/,
  ),
  rule(
    'test-failed',
    'test',
    0.9,
    '\u2715|\u2717|\u2718|\u00d7|\u2716|\u274c|\u25cf',
    /^\s*(?:\u2715|\u2717|\u2718|\u00d7|\u2716|\u274c)\ufe0f? \S|^\s*\u25cf .* \u203a /,
  ),
  rule('test-failed', 'test', 0.9, 'fail', /^(?:\S+ )?FAIL +\S+\.(?:test|spec)\.\w+/),
  rule(
    'test-failed',
    'test',
    0.86,
    'fail',
    /^FAIL[:\s]+\S|^\s*FAILED?:? +\[?[\w./-]+|^\s*Failed (?:test |\S+ \[)|\[FAIL\]|\(FAILED - \d+\)|\*\*\* FAILED \*\*\*|^Test Case '.*' failed/,
  ),
  rule(
    'test-failed',
    'test',
    0.85,
    'rspec |failed in|there was|there were|) failure|) error|) test|) [',
    /^rspec \S+:\d+ #|^\/\/\S+ +FAILED in|^There (?:was|were) \d+ (?:failure|error)|^\s*\d+\) (?:Failure|Error|test\b|\[)/,
  ),
  rule('test-failed', 'test', 0.7, '1) |2) |3) |4) |5) |6) |7) |8) |9) |0) ', /^\s+\d+\) .+:$/),
  rule(
    'assertion',
    'cause',
    0.92,
    'assert|comparisonfailure',
    /\b(?:Assertion(?:Error|Failed\w*)?(?:: | failed| ?`)|assertion (?:failed|`)|Assert\.\w+\(?\)? (?:Failure|failed)|ComparisonFailure|AssertionFailedError)/,
  ),
  rule(
    'assertion',
    'cause',
    0.92,
    'expected|: failure',
    /expected:? ?<.*> but was:? ?<|\bexpected\b.{1,120}\b(?:but|got|received|found|actual|was|none returned)\b|: Failure$/,
  ),
  // pytest marks the lines of a failure's explanation; the first names the error, the others explain it.
  rule('assertion', 'cause', 0.93, 'e   ', /^E\s{2,}(?:assert\b|[\w.]*(?:Error|Exception|Failed|Timeout|Warning)\b)/),
  rule('assertion', 'context', 0.55, 'e   ', /^E\s{2,}\S/),
  rule('assertion', 'context', 0.6, 'expected|received|actual', /^\s*(?:Expected|Received|Actual)\b ?:/),
  rule(
    'assertion',
    'context',
    0.5,
    'expected|actual|got|want|left|right',
    /^\s*[-+] (?:expected|actual)|^\s*(?:expected|actual|got|want|left|right)\s*[:=]/i,
  ),
];

export const SUMMARY_RULES = [
  rule(
    'test-summary',
    'summary',
    0.62,
    'fail|error',
    /\bTests run:.*(?:Failures|Errors): [1-9]|\b(?:Failures|Errors|Failed|failures|errors|failed): [1-9]\d*\b|\b[1-9]\d{0,5} (?:[Ff]ailed|FAILED|[Ff]ailures?|FAILURES?|failing|errored|[Ee]rrors?|ERRORS)\b(?!.*\b0 (?:failed|failures?)\b.*\b0 errors?\b)|FAILED \((?:failures|errors)=/,
  ),
  rule(
    'failure-list',
    'summary',
    0.66,
    'compilation error|summary info|failed test|tests in error|failures|failing scenarios|summary of|errors|the following',
    /^\s*(?:\[ERROR\] )?(?:COMPILATION ERROR|Failed tests|Tests in error|Failures|Failing [Ss]cenarios|failures|Failed Tests|Summary of (?:all )?(?:failures|errors)|Errors|The following (?:tests|jobs|steps|targets)\b.*(?:FAILED|failed).*)\s*:?\s*$|^FAILURES!|^=+ (?:FAILURES|ERRORS|short test summary info) =+|^There (?:was|were) .*(?:test )?failures?/,
  ),
  rule(
    'task-failed',
    'summary',
    0.74,
    '> task|execution failed|failed to execute|could not resolve all|a problem occ|> could not|> unable to|> failed to|> there were failing|> compilation|> process|> a failure|> no such',
    /^(?:> Task \S+ FAILED|Execution failed for task|\[ERROR\] Failed to execute goal|Could not resolve all (?:files|dependencies|artifacts)|A problem occurred|> (?:Could not|Unable to|Failed to|There were failing|Compilation|Process|A failure|No such))/,
  ),
  rule('failure-list', 'summary', 0.6, '* what went', /^\* What went wrong:/),
  rule(
    'task-failed',
    'summary',
    0.66,
    'could not compile|test failed|aborting due|[error] (|failed|ninja: error|err!|returned',
    /^(?:error: (?:could not compile|test failed|aborting due)|\[error\] \(.*\)|FAILED: \S|ninja: error|gyp ERR!|lerna ERR!|Failed building wheel|Command "?.*"? (?:failed|returned)|.*returned (?:a )?non-zero (?:exit )?(?:status|code))/,
  ),
];
