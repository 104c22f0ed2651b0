// Compilers, linkers, checkers, exceptions, panics, crashes: a place and a message.
import { rule } from './error-rule.ts';

/** How linters' codes start behind a place: `: E501`, `: RUF012`. */
const LINT_CODES = [
  ...Array.from('abcdefinprstuw', (letter) => Array.from('123456789', (digit) => `: ${letter}${digit}`)).flat(),
  ...['ann', 'arg', 'ble', 'com', 'fbt', 'plc', 'ple', 'plr', 'plw', 'pth', 'pyi', 'ret', 'ruf', 'sim', 'try'].map(
    (letters) => `: ${letters}`,
  ),
].join('|');

/** Compilers and checkers. */
export const COMPILER_RULES = [
  rule(
    'compiler-error',
    'cause',
    0.95,
    'e: file:|.kt: |.kts: |.kt:',
    /^e: (?:file:\/\/)?\S+?(?::\d+:\d+|: \(\d+, \d+\):) /,
  ),
  rule(
    'compiler-error',
    'cause',
    0.95,
    'error',
    /^(?:\[[^\]]{1,30}\] ?)?(?:e: )?(?:file:\/\/)?(?:[A-Za-z]:)?[^\s:()"'<>]{1,300}[:(]\d+(?:[:,.]\s?\d+)*(?:-\d+)?\)?\s?:? (?:- )?(?:fatal |syntax |internal compiler )?error\b/i,
  ),
  rule('compiler-error', 'cause', 0.95, '[error] ', /^\[ERROR\] (?:[A-Za-z]:)?[/\\]?\S+\.\w{1,8}:(?:\[\d+,\d+\]|\d+:)/),
  rule(
    'compiler-error',
    'cause',
    0.95,
    'error: |error[e',
    /^error(?:\[E\d{4}\])?: (?!process didn't|could not compile|aborting due|test failed|script |could not apply)\S/,
  ),
  rule(
    'compiler-error',
    'cause',
    0.93,
    'error c|error l|error t|error f|error b|error m|error n|error i|error s|error a|error v|error e',
    /\b(?:error|fatal error) (?:CS|C|LNK|TS|FS|BC|MSB|NU|NETSDK|CA|IL|SA|AD|VB|MC|CTC|E)\d{2,5}\b/,
  ),
  rule(
    'compiler-error',
    'cause',
    0.92,
    '[error]|::error',
    /^(?:##\[error\]|::error[^:]*::)[^\s:]+\.\w{1,8}:\d+(?::\d+)?:? \S/,
  ),
  rule(
    'linker-error',
    'cause',
    0.93,
    'collect2|undefined reference|undefined symbol|unresolved external|multiple definition|ld: |ld.lld: |ld.gold: |ld.bfd: |symbol(s) not found|cannot find -l',
    /\bundefined (?:reference|symbol)s?\b|\bunresolved external symbol\b|\bmultiple definition of\b|^\S*\bld(?:\.(?:lld|gold|bfd))?: (?!warning|NOTE)|collect2: error|symbol\(s\) not found|cannot find -l/i,
  ),
  rule(
    'compiler-error',
    'cause',
    0.9,
    'undefined|undeclared|cannot|unexpected|expected|unused|missing|unknown|invalid|redeclared|mismatch|not |no such|imported|syntax|duplicate|incompatible|should|must|too many|unresolved|does',
    /^\S+\.(?:go|py|rb|c|cc|cpp|h|hpp|rs|java|kt|scala|ts|js|tsx|jsx|cs|swift|m|f90|hs|ml|php|pl|ex|exs|erl|dart|zig|nim|v|vhd|tex|proto|yml|yaml|json|sh):\d+(?::\d+)?:? (?!\w*[Ww]arning|note|info)(?=.*\b(?:undefined|undeclared|cannot|unexpected|expected|unused|missing|unknown|invalid|redeclared|mismatch\w*|not |no such|imported|syntax|duplicate|incompatible|should|must|too many|unresolved|does))/i,
  ),
  rule(
    'config-error',
    'cause',
    0.92,
    'cmake error|configure: error|no rule to make|makefile:|! ',
    /^CMake Error\b|^configure: error:|\bNo rule to make target|^\S*Makefile:\d+: \*\*\*|^! (?:LaTeX|Package|Undefined|Missing|I can't)/,
  ),
  rule('lint-error', 'cause', 0.8, 'error', /^\s*\d+:\d+\s+error\s+\S/),
  rule('lint-error', 'cause', 0.8, LINT_CODES, /^\S+\.\w{1,8}:\d+:\d+: [A-Z]{1,4}\d{2,5}\b/),
  rule(
    'format-diff',
    'cause',
    0.75,
    'would reformat|needs |code style|reformatted|file is not',
    /^would reformat |^\S+ needs (?:formatting|gofmt)|Code style issues (?:found|were found)|^\S+: needs (?:merge|formatting)|files? would be reformatted|^\[warn\] Code style|File is not (?:`?gofmt|properly formatted)/i,
  ),
];

/** Exceptions, panics, crashes. */
export const CRASH_RULES = [
  rule(
    'panic',
    'cause',
    0.95,
    'panic|fatal error|warning: cpu|ubsan|kasan|protection fault|bug at|bug: |oops|unable to handle kernel|internal error|terminate called|*** ',
    /^(?:\S+ )?(?:panic:|fatal error: |thread '.*' (?:\(\d+\) )?panicked at|Kernel panic|kernel BUG at|BUG: |Oops[: ]|Unable to handle kernel|WARNING: CPU: \d+ PID|UBSAN: |KASAN: |general protection fault|Internal error: Oops|terminate called (?:after|without)|\*\*\* (?:stack smashing|buffer overflow|longjmp|Error in `))/,
  ),
  rule(
    'crash',
    'cause',
    0.93,
    'segmentation|sigsegv|sigabrt|sigbus|sigill|sigfpe|core dumped|access violation|access_violation|bus error|illegal instruction|overflow',
    /\b(?:Segmentation fault|SIGSEGV|SIGABRT|SIGBUS|SIGILL|SIGFPE|core dumped|access violation|EXCEPTION_ACCESS_VIOLATION|Bus error|Illegal instruction|stack overflow|StackOverflowError)\b/i,
  ),
  rule(
    'sanitizer',
    'cause',
    0.95,
    'sanitizer|==|runtime error|data race',
    /ERROR: (?:\w+Sanitizer|LeakSanitizer)|^==\d+==\s*(?:ERROR|Invalid (?:read|write)|Conditional jump)|runtime error: |WARNING: (?:ThreadSanitizer|DATA RACE)|^DATA RACE/,
  ),
  rule(
    'exception',
    'cause',
    0.9,
    'exception in|unhandled|uncaught|caught|fatal error|php |fatal python|** (',
    /^(?:\[?[\w. -]{0,40}\]? ?)?(?:Exception in thread "|Unhandled (?:exception|rejection|promise)|Uncaught (?:exception|\w*Error|\w*Exception)|Caught exception|Fatal error: |PHP (?:Fatal|Parse) error|Fatal Python error|\*\* \(\w[\w.]*\))/i,
  ),
  rule(
    'exception',
    'cause',
    0.88,
    'error|exception|failure|fault|abort|interrupt|timeout|violation|expired',
    /^\s*(?:Caused by: )?(?:[a-zA-Z_$][\w$]*(?:\.|::|\/))*[A-Z][\w$]*(?:Error|Exception|Failure|Fault|Abort|Interrupt|Timeout|Violation|Expired)(?:Group)?(?:\s\[\w+\])?(?::\s|\s*$|\s\()/,
  ),
  rule(
    'exception',
    'cause',
    0.85,
    'error|exception',
    /^(?:\w+Error|\w+Exception|Error|AggregateError)(?: \[\w+\])?: \S/,
  ),
  rule('traceback', 'cause', 0.8, 'traceback', /^\s*Traceback \(most recent call (?:last|first)\)/),
  rule(
    'exception',
    'cause',
    0.85,
    '.rb:|error in |execution halted| died at',
    /^\S+\.rb:\d+:in [`'].*: .*\(\w[\w:]*\)|^Error in .* : ?$|^Execution halted|^\w+ died at /,
  ),
  rule('interrupted', 'cause', 0.8, '!!!', /^!{3,} .+ !{3,}$/),
  rule('exception', 'cause', 0.72, 'exception|error', /\w[.$]*\.[A-Z]\w*(?:Exception|Error)\b(?=[:\s]|$)/),
];
