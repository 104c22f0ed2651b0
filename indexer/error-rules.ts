// Rules for error lines, as data: what tools print by structure (compilers, test frameworks, exceptions, exit lines),
// never a project's own words. Tried from the top; the first that matches gives a line its weight.

/** Raise it with every change of the tables: it is part of signature ids. */
export const ERROR_RULES_VERSION = 1;

/**
 * What a rule finds: `cause` says what went wrong; `test` names a failed test; `summary` counts or repeats failures;
 * `exit` says that something before it failed; `weak` only has the word; `context` belongs to an error near it.
 */
export type ErrorKind = 'cause' | 'test' | 'summary' | 'exit' | 'weak' | 'context';

export interface ErrorRule {
  readonly id: string;
  readonly kind: ErrorKind;
  /** 0..1: how sure such a line is about what went wrong, seen alone. */
  readonly weight: number;
  readonly pattern: RegExp;
}

/** Lines that look like errors and are none, or less: the factor is multiplied with the weight. */
export interface BenignRule {
  readonly id: string;
  readonly factor: number;
  readonly pattern: RegExp;
}

const rule = (id: string, kind: ErrorKind, weight: number, pattern: RegExp): ErrorRule => ({
  id,
  kind,
  weight,
  pattern,
});
const benign = (id: string, factor: number, pattern: RegExp): BenignRule => ({ id, factor, pattern });

/** Exit lines: true, but they only repeat that something failed. First, as many look like errors as well. */
const EXIT_RULES: readonly ErrorRule[] = [
  rule(
    'exit-provider',
    'exit',
    0.3,
    /^(?:##\[error\]|::error[^:]*::)?(?:Error: )?Process completed with exit code [1-9]\d*\.?$/,
  ),
  rule('exit-provider', 'exit', 0.3, /^(?:##\[error\])?(?:Bash|PowerShell|Cmd\.exe) exited with code '?-?[1-9]/),
  rule(
    'exit-provider',
    'exit',
    0.3,
    /^(?:##\[error\]|::error::)?(?:The process '.*' failed with exit code|Docker run failed with exit code|exitcode '\d+': failure)/i,
  ),
  rule(
    'exit-provider',
    'exit',
    0.35,
    /^(?:ERROR: )?Job failed(?:: exit (?:code|status) \d+| \(system failure\))?|^Finished: (?:FAILURE|UNSTABLE|ABORTED)|^Build step '.*' (?:marked build as failure|changed build result)/,
  ),
  rule(
    'exit-provider',
    'exit',
    0.3,
    /^The command ".*" (?:exited with|failed and exited with|failed\b)|^Done\. Your build exited with [1-9]|^(?:ERROR: )?script returned exit code [1-9]|^\S* ?The command exited with status [1-9]/,
  ),
  rule(
    'exit-make',
    'exit',
    0.32,
    /^(?:\S*make(?:\.exe)?|ninja|gmake)(?:\[\d+\])?: (?:\*\*\* .* Error -?\d+|\*\*\* \[[^\]]*\] (?:Aborted|Killed|Segmentation fault|Terminated)|build stopped|\*\*\* Waiting for)/,
  ),
  rule('exit-make', 'exit', 0.3, /^make(?:\[\d+\])?: Target .* not remade because of errors/),
  rule(
    'exit-code',
    'exit',
    0.3,
    /^(?:[\w./-]+: )?(?:error[: ]+)?(?:command |process |script |program |recipe for target .* )?(?:failed with |exited with |returned )?(?:exit(?: |-)?)(?:code|status)[: ]+[1-9]\d*\.?$/i,
  ),
  rule(
    'exit-code',
    'exit',
    0.34,
    /^(?:npm ERR! |npm error )(?:code (?:ELIFECYCLE|1|2)\b|errno \d+|Exit status|Failed at the|Lifecycle script|command failed|Test failed)|^error Command failed with exit code|^\s*ELIFECYCLE\b/i,
  ),
  rule(
    'exit-wrapper',
    'exit',
    0.3,
    /^\[ERROR\] *(?:$|To see the full stack trace|Re-run Maven|For more information about the errors|\[Help \d+\]|After correcting the problems|Please refer to|-> \[Help)/,
  ),
  rule(
    'exit-wrapper',
    'exit',
    0.28,
    /^(?:\* Try:|> Run with --|\* Get more help|A complete log of this run can be found|npm (?:ERR!|error)\s*(?:$|A complete log))/,
  ),
  rule(
    'exit-banner',
    'exit',
    0.36,
    /^(?:\[(?:INFO|ERROR)\] )?(?:BUILD (?:FAILURE|FAILED)|\*\* (?:BUILD|TEST|ARCHIVE) FAILED \*\*|Build FAILED\.?|FAILURE: Build (?:failed|completed with)|FAILED: Build did NOT complete|Build failed with an exception)/,
  ),
];

/** Compilers, linkers, checkers: a place and a message. */
const COMPILER_RULES: readonly ErrorRule[] = [
  rule(
    'compiler-error',
    'cause',
    0.95,
    /^(?:\[[^\]]{1,30}\] ?)?(?:e: )?(?:file:\/\/)?(?:[A-Za-z]:)?[^\s:()"'<>]{1,300}[:(]\d+(?:[:,.]\s?\d+)*(?:-\d+)?\)?\s?:? (?:- )?(?:fatal |syntax |internal compiler )?error\b/i,
  ),
  rule('compiler-error', 'cause', 0.95, /^\[ERROR\] (?:[A-Za-z]:)?[/\\]?\S+\.\w{1,8}:(?:\[\d+,\d+\]|\d+:)/),
  rule(
    'compiler-error',
    'cause',
    0.95,
    /^error(?:\[E\d{4}\])?: (?!process didn't|could not compile|aborting due|test failed)\S/,
  ),
  rule(
    'compiler-error',
    'cause',
    0.93,
    /\b(?:error|fatal error) (?:CS|C|LNK|TS|FS|BC|MSB|NU|NETSDK|CA|IL|SA|AD|VB|MC|CTC|E)\d{2,5}\b/,
  ),
  rule('compiler-error', 'cause', 0.92, /^(?:##\[error\]|::error[^:]*::)[^\s:]+\.\w{1,8}:\d+(?::\d+)?:? \S/),
  rule(
    'linker-error',
    'cause',
    0.93,
    /\bundefined (?:reference|symbol)s?\b|\bunresolved external symbol\b|\bmultiple definition of\b|^ld(?:\.\w+)?: (?!warning)|collect2: error|symbol\(s\) not found|cannot find -l/i,
  ),
  rule(
    'compiler-error',
    'cause',
    0.9,
    /^\S+\.(?:go|py|rb|c|cc|cpp|h|hpp|rs|java|kt|scala|ts|js|tsx|jsx|cs|swift|m|f90|hs|ml|php|pl|ex|exs|erl|dart|zig|nim|v|vhd|tex|proto|yml|yaml|json|sh):\d+(?::\d+)?:? (?!warning|note|info)(?=.*\b(?:undefined|undeclared|cannot|unexpected|expected|unused|missing|unknown|invalid|redeclared|mismatch\w*|not |no such|imported|syntax|duplicate|incompatible|should|must|too many|unresolved|does))/i,
  ),
  rule(
    'config-error',
    'cause',
    0.92,
    /^CMake Error\b|^configure: error:|^\S+: No rule to make target|\*\*\* No rule to make target|^\S*Makefile:\d+: \*\*\*|^! (?:LaTeX|Package|Undefined|Missing|I can't)/,
  ),
  rule('lint-error', 'cause', 0.8, /^\s*\d+:\d+\s+error\s+\S/),
  rule('lint-error', 'cause', 0.8, /^\S+\.\w{1,8}:\d+:\d+: [A-Z]{1,4}\d{2,5}\b/),
  rule(
    'format-diff',
    'cause',
    0.75,
    /^would reformat |^\S+ needs (?:formatting|gofmt)|Code style issues (?:found|were found)|^\S+: needs (?:merge|formatting)|files? would be reformatted|^\[warn\] Code style/,
  ),
];

/** Exceptions, panics, crashes. */
const CRASH_RULES: readonly ErrorRule[] = [
  rule(
    'panic',
    'cause',
    0.95,
    /^(?:\S+ )?(?:panic:|fatal error: |thread '.*' (?:\(\d+\) )?panicked at|Kernel panic|kernel BUG at|BUG: |Oops[: ]|Unable to handle kernel|Internal error: Oops|terminate called (?:after|without)|\*\*\* (?:stack smashing|buffer overflow|longjmp|Error in `))/,
  ),
  rule(
    'crash',
    'cause',
    0.93,
    /\b(?:Segmentation fault|SIGSEGV|SIGABRT|SIGBUS|SIGILL|SIGFPE|core dumped|access violation|EXCEPTION_ACCESS_VIOLATION|Bus error|Illegal instruction|stack overflow|StackOverflowError)\b/i,
  ),
  rule(
    'sanitizer',
    'cause',
    0.95,
    /ERROR: (?:\w+Sanitizer|LeakSanitizer)|^==\d+==\s*(?:ERROR|Invalid (?:read|write)|Conditional jump)|runtime error: |WARNING: ThreadSanitizer|^DATA RACE|WARNING: DATA RACE/,
  ),
  rule(
    'exception',
    'cause',
    0.9,
    /^(?:\[?[\w. -]{0,40}\]? ?)?(?:Exception in thread "|Unhandled (?:exception|rejection|promise)|Uncaught (?:exception|\w*Error|\w*Exception)|Caught exception|Fatal error: |PHP (?:Fatal|Parse) error|Fatal Python error|\*\* \(\w[\w.]*\))/i,
  ),
  rule(
    'exception',
    'cause',
    0.88,
    /^\s*(?:Caused by: |E\s+)?(?:[a-zA-Z_$][\w$]*(?:\.|::|\/))*[A-Z][\w$]*(?:Error|Exception|Failure|Fault|Abort|Interrupt|Timeout|Violation)(?:Group)?(?:\s\[\w+\])?(?::\s|\s*$|\s\()/,
  ),
  rule('exception', 'cause', 0.85, /^(?:\w+Error|\w+Exception|Error|AggregateError)(?: \[\w+\])?: \S/),
  rule('traceback', 'cause', 0.8, /^\s*Traceback \(most recent call (?:last|first)\)/),
  rule(
    'exception',
    'cause',
    0.85,
    /^\S+\.rb:\d+:in [`'].*: .*\(\w[\w:]*\)|^Error in .* : ?$|^Execution halted|^\w+ died at /,
  ),
  rule('exception', 'cause', 0.72, /\b[\w.$]+\.[A-Z]\w*(?:Exception|Error)\b(?=[:\s]|$)/),
];

/** Test frameworks. */
const TEST_RULES: readonly ErrorRule[] = [
  rule('test-failed', 'test', 0.92, /^\s*--- FAIL: \S/),
  rule(
    'test-failed',
    'test',
    0.9,
    /^(?:FAILED|ERROR)(?: \[[\d.]+s\])? \S+(?:::|\.py|\/)\S*|^(?:FAIL|ERROR): \w+ \([\w.]+\)|^(?:FAIL|ERROR): \w*[Tt]est\w*/,
  ),
  rule('test-failed', 'test', 0.9, /^_{3,}.* \S+ .*_{3,}$/),
  rule('test-failed', 'test', 0.9, /<<< (?:FAILURE|ERROR)!|^\[ERROR\] +(?:\w+[.#])?\w+(?:\(.*\))?(?::\d+|.*» )/),
  rule('test-failed', 'test', 0.9, /^\s*\S.* > .* FAILED$|^\S.*\bFAILED$(?<!\bBUILD FAILED)|^test \S+ \.\.\. FAILED/),
  rule(
    'test-failed',
    'test',
    0.9,
    /^\[ *(?:FAILED|TIMEOUT|CRASHED) *\] \S|^\s*not ok \d+|\*\*\*(?:Failed|Exception|Timeout|Not Run)\b|^\s*\d+(?:\/\d+)? Test +#?\d+: .*\*\*\*/,
  ),
  rule(
    'test-failed',
    'test',
    0.9,
    /^\s*(?:\u2715|\u2717|\u2718|\u00d7|\u2716|\u274c)\ufe0f? \S|^\s*\u25cf .* \u203a |^(?:\S+ )?FAIL +\S+\.(?:test|spec)\.\w+/,
  ),
  rule(
    'test-failed',
    'test',
    0.86,
    /^FAIL[:\s]+\S|^\s*FAILED?:? +\[?[\w./-]+|^\s*Failed (?:test |\S+ \[)|\[FAIL\]|^\s*\d+\) (?:Failure|Error|test\b|\[)|\(FAILED - \d+\)|\*\*\* FAILED \*\*\*|^Test Case '.*' failed/,
  ),
  rule(
    'test-failed',
    'test',
    0.85,
    /^rspec \S+:\d+ #|^\s+\d+\) .+:$|^\/\/\S+ +FAILED in|^There (?:was|were) \d+ (?:failure|error)/,
  ),
  rule(
    'assertion',
    'cause',
    0.92,
    /\b(?:Assertion(?:Error|Failed\w*)?(?:: | failed|`)|assertion (?:failed|`)|Assert\.\w+\(?\)? (?:Failure|failed)|ComparisonFailure|AssertionFailedError|expected:? ?<.*> but was:? ?<)|^E\s{2,}\S|^\s*(?:Expected|Received|Actual)\b ?:|\bexpected\b.{1,120}\b(?:but|got|received|found|actual|was|none returned)\b|: Failure$/,
  ),
  rule('assertion', 'context', 0.5, /^\s*[-+] (?:expected|actual)|^\s*(?:expected|actual|got|want|left|right)\s*[:=]/i),
];

/** Counts of failures that are not zero, and heads of failure lists. */
const SUMMARY_RULES: readonly ErrorRule[] = [
  rule(
    'test-summary',
    'summary',
    0.62,
    /\bTests run:.*(?:Failures|Errors): [1-9]|\b(?:Failures|Errors|Failed): [1-9]\d*\b|\b[1-9]\d* (?:failed|failures?|failing|errored|errors?)\b(?!.*\b0 (?:failed|failures?)\b.*\b0 errors?\b)|FAILED \((?:failures|errors)=/i,
  ),
  rule(
    'failure-list',
    'summary',
    0.66,
    /^\s*(?:\[ERROR\] )?(?:COMPILATION ERROR|Failed tests|Tests in error|Failures|Failing [Ss]cenarios|failures|Failed Tests|Summary of (?:all )?(?:failures|errors)|Errors|The following (?:tests|jobs|steps|targets)\b.*(?:FAILED|failed).*)\s*:?\s*$|^FAILURES!|^=+ (?:FAILURES|ERRORS|short test summary info) =+|^There (?:was|were) .*(?:test )?failures?/,
  ),
  rule(
    'task-failed',
    'summary',
    0.72,
    /^(?:> Task \S+ FAILED|\* What went wrong:|Execution failed for task|\[ERROR\] Failed to execute goal|Could not resolve all (?:files|dependencies|artifacts)|A problem occurred|> (?:Could not|Unable to|Failed to|There were failing|Compilation|Process))/,
  ),
  rule(
    'task-failed',
    'summary',
    0.66,
    /^(?:error: (?:could not compile|test failed|aborting due)|\[error\] \(.*\)|FAILED: \S|ninja: error|gyp ERR!|lerna ERR!|Failed building wheel|Command "?.*"? (?:failed|returned)|.*returned (?:a )?non-zero (?:exit )?(?:status|code))/,
  ),
];

/** Systems, networks, resources: well-known messages wherever they stand. */
const SYSTEM_RULES: readonly ErrorRule[] = [
  rule(
    'resource',
    'cause',
    0.93,
    /No space left on device|disk quota exceeded|\bout of memory\b|OutOfMemory|Cannot allocate memory|Too many open files|\bOOM(?:Killed)?\b|heap out of memory|Resource temporarily unavailable|GC overhead limit|device or resource busy|address already in use/i,
  ),
  rule(
    'time-limit',
    'cause',
    0.9,
    /\b(?:has timed out after|exceeded the (?:maximum|time|job)|maximum (?:execution )?time (?:limit|of)|No output has been received|test timed out after|time limit exceeded|deadline exceeded|execution took longer|timed out after \d|took >\d)|^The (?:operation|job) was cancell?ed|job running on runner .* has exceeded/i,
  ),
  rule(
    'network',
    'cause',
    0.86,
    /\b(?:ECONNREFUSED|ECONNRESET|ETIMEDOUT|EAI_AGAIN|ENOTFOUND|EHOSTUNREACH|EPIPE|EADDRINUSE)\b|[Cc]onnection (?:refused|reset|timed out|aborted|closed)|Could not resolve (?:host|proxy)|Temporary failure in name resolution|Name or service not known|no such host|[Nn]etwork is unreachable|TLS handshake|[Cc]ertificate (?:has expired|verify failed)|SSL (?:error|routines)|[Rr]ead timed out|connect timed out|i\/o timeout|Failed to (?:connect|fetch|download)/,
  ),
  rule(
    'http-status',
    'cause',
    0.8,
    /\b(?:HTTP(?:\/[\d.]+)?(?: status| error| response)?(?: code)?[ :=]+|status(?: code)?[ :=]+|error(?: code)?[ :=]+|returned error: |response code:? )(?:4\d\d|5\d\d)\b|\b(?:403 Forbidden|404 Not Found|429 Too Many|500 Internal|502 Bad Gateway|503 Service|504 Gateway|401 Unauthorized)/i,
  ),
  rule(
    'permission',
    'cause',
    0.84,
    /[Pp]ermission denied|[Aa]ccess (?:is )?denied|\bEACCES\b|\bEPERM\b|[Oo]peration not permitted|\b(?:[Uu]nauthorized|not authorized|[Ff]orbidden)\b|[Aa]uthentication failed|rate limit exceeded|[Cc]redentials could not/,
  ),
  rule(
    'missing-thing',
    'cause',
    0.84,
    /: command not found$|\bcommand not found\b|is not recognized as (?:an internal|the name of)|No such file or directory|\bENOENT\b|cannot open shared object|No module named|Cannot find module|Module not found|ModuleNotFoundError|ClassNotFoundException|NoClassDefFoundError|cannot find symbol|package .* does not exist|manifest unknown|couldn't find remote ref|unknown revision|Could not find (?:artifact|a version|method|or load)|No matching (?:distribution|version)|Unable to locate package/,
  ),
  rule(
    'killed',
    'cause',
    0.85,
    /^(?:\S+: line \d+: +\d+ )?(?:Killed|Terminated|Aborted|Hangup)\b|\breceived (?:a )?(?:shutdown )?signal\b|\bReceived signal: |\bkilled by signal\b|received SIG[A-Z]+|\bsignal: (?:killed|aborted|terminated)|OOMKilled/i,
  ),
];

/** What a line says of its own level. */
const LEVEL_RULES: readonly ErrorRule[] = [
  rule('error-mark', 'cause', 0.85, /^(?:##\[error\]|::error(?: [^:]*)?::)\s*\S/),
  rule(
    'fatal-level',
    'cause',
    0.84,
    /^(?:\[?\w*\]? ?)?(?:FATAL|fatal|CRITICAL|EMERG|SEVERE|PANIC)\b[\]:> -]+\S|\blevel=(?:fatal|panic|critical)\b|"level":\s?"(?:fatal|panic|critical)"/,
  ),
  rule(
    'error-level',
    'cause',
    0.78,
    /^\W{0,4}(?:ERROR|Error|error|ERR)(?:\(\w+\)|\[\w+\])?\W{0,2}[:!\]>|-]+\s*\S|^\W{0,4}ERROR\s+\S|^(?:npm|yarn|pnpm|pip|gem|cargo|bundler)? ?(?:ERR!|error) (?!0\b)\S/,
  ),
  rule(
    'error-level',
    'cause',
    0.72,
    /^(?:\S+[ \t]+){0,4}\[?\b(?:ERROR|SEVERE|FATAL)\b\]?[ :\t-]+\S|\blevel=error\b|"level":\s?"error"|^E\d{4} \d\d:|^#\d+ (?:ERROR|[\d.]+ (?:E:|ERROR|error))/,
  ),
  rule(
    'error-colon',
    'cause',
    0.74,
    /^[\w.@/ -]{1,60}: (?:fatal )?(?:error|Error|ERROR|fatal|FATAL|cannot|can't|could not|unable to|failed to|no such|invalid|unrecognized|illegal|unknown|missing)\b/,
  ),
];

/** Phrases of failure in plain sentences. */
const PHRASE_RULES: readonly ErrorRule[] = [
  rule(
    'phrase-start',
    'cause',
    0.66,
    /^\W{0,4}(?:Cannot|Can't|Could not|Couldn't|Unable to|Failed to|Failure|Invalid|Unknown|Unexpected|Unsupported|Missing|Refusing|Aborting|Something went wrong|An error|Internal error|Stopping|Giving up|Fehler|Erreur)\b/i,
  ),
  rule(
    'phrase',
    'weak',
    0.5,
    /\b(?:cannot|can't|could not|couldn't|unable to|failed to|failed (?:with|because|due)|has failed|did not (?:complete|finish|succeed|match)|not (?:found|allowed|permitted|supported|available|installed|exist)|does(?: not|n't) exist|is not defined|no such|denied|refused|rejected|unreachable|unexpected|timed? ?out|timeout|aborted|expired|mismatch|undefined|unresolved|not up-to-date|inconsistent|giving up|gave up|unhealthy|failed!|out of sync|dirty|violations?)\b/i,
  ),
  rule(
    'word',
    'weak',
    0.38,
    /\b(?:error|errors|fail|fails|failed|failure|failures|failing|exception|fatal|panic|crash(?:ed)?|abort|broken|corrupt(?:ed)?|assert\w*|invalid|illegal|missing|conflict|killed|exceeded|FAIL|unsuccessful|wrong|problem|fault)\b/i,
  ),
  rule(
    'word-part',
    'weak',
    0.25,
    /(?:[a-z](?:Error|Exception|Failure)\b|\b\w*(?:error|fail)(?:ed|ure)?\w*|_ERROR|_FAIL)/,
  ),
];

/** All rules, tried in this order. */
export const ERROR_RULES: readonly ErrorRule[] = [
  ...EXIT_RULES,
  ...COMPILER_RULES,
  ...CRASH_RULES,
  ...TEST_RULES,
  ...SYSTEM_RULES,
  ...SUMMARY_RULES,
  ...LEVEL_RULES,
  ...PHRASE_RULES,
];

/** What makes an error line less of one. All that match count. */
export const BENIGN_RULES: readonly BenignRule[] = [
  benign(
    'zero',
    0.1,
    /\b(?:0 (?:errors?|failed|failures?|failing)|no (?:errors?|failures?|problems?)|without (?:any )?(?:errors?|failures?))\b(?!.*\b[1-9]\d* (?:errors?|failed|failures?))/i,
  ),
  benign(
    'zero-count',
    0.1,
    /\b(?:Failures|Errors|errors|failed|failures)[:=] ?0\b(?!.*\b(?:Failures|Errors|errors|failed|failures)[:=] ?[1-9])/,
  ),
  benign(
    'passed',
    0.12,
    /^\s*(?:\u2713|\u2714|\u2705|ok \d+|ok\s|PASS(?:ED)?\b|--- PASS|\[ +OK +\]|\[ {7}OK)|\.\.\. ok$|\bPASSED(?: +\[ *\d+%\])?$|: OK$/,
  ),
  benign(
    'flag',
    0.3,
    /(?:^|\s)(?:-W(?:no-)?error|--\S*(?:fail|error)\S*|-D\S*(?:ERROR|FAIL)\S*|if-no-files-found: error|fail-fast|continue-on-error|set -\w*e\w*\b|ignore-errors?|on-error|errexit)/,
  ),
  benign(
    'package',
    0.2,
    /^\s*(?:Downloading|Downloaded|Collecting|Installing|Installed|Unpacking|Selecting|Preparing|Setting up|Get:\d+|Compiling|Checking|Adding|Added|Requirement already|Using cached|Fetching|Resolving|Building|Extracting|remote:|Receiving|\* \[new|create mode|delete mode|From |inflating|creating|copying|adding|Progress|Linking|CC|CXX|AR|LD|GEN)\b/,
  ),
  benign(
    'warning',
    0.45,
    /^\W{0,4}(?:WARN(?:ING)?|warning|Warning|deprecated)\b|: warning\b|\b(?:WARN|WARNING)\b[\]: ]|^##\[warning\]|^::warning|\bnpm WARN\b|DeprecationWarning/,
  ),
  benign(
    'info',
    0.5,
    /^\W{0,4}(?:INFO|DEBUG|TRACE|NOTICE|VERBOSE|info|debug|trace)\b|^(?:\S+[ \t]+){0,4}\[?(?:INFO|DEBUG|TRACE)\b\]?|\blevel=(?:info|debug)\b|^##\[debug\]/,
  ),
  benign(
    'retried',
    0.55,
    /\b(?:retry(?:ing)?|will retry|trying again|attempt \d+ of|ignored|ignoring|skipp(?:ed|ing)|non-fatal|harmless|expected (?:error|failure|exception)|allowed to fail|allow_failure)\b/i,
  ),
  benign(
    'script',
    0.25,
    /^\s*(?:if|fi|then|else|elif|echo|printf|grep|test|export|function|for|while|case|return|exit|trap|raise|throw|assert|import|from|def|class|var|let|const|#|\/\/|\+\+?|\$) (?!.*: (?:error|fatal))/,
  ),
  benign(
    'setting',
    0.3,
    /\b(?:time-?out|timeout\w*|retries|max-?\w*)[ =:]+\d+\b(?!.*\b(?:exceed|expired|reached|failed))/i,
  ),
  benign('path', 0.5, /^\s*(?:[\w.-]*\/){2,}[\w.-]*(?:error|fail|exception)[\w.-]*\s*$/i),
  benign('environment', 0.3, /^\s*[A-Z][A-Z0-9_]{2,}=|^\s{2,}[A-Z][A-Z0-9_]{2,}: /),
];
