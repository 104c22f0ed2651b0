// What makes an error line less of one. All that match count.
import { benign } from './error-rule.ts';

export const BENIGN_RULES = [
  benign(
    'zero',
    0.1,
    /\b(?:0 (?:errors?|failed|failures?|failing)|no (?:errors?|failures?|problems?)|without (?:any )?(?:errors?|failures?))\b(?!.*\b[1-9]\d* (?:errors?|failed|failures?))/i,
  ),
  benign(
    'zero-count',
    0.1,
    /\b(?:Failures|Errors|errors|failed|failures)(?: in \w+)?[:=] ?0\b(?!.*\b(?:Failures|Errors|errors|failed|failures)[:=] ?[1-9])/,
  ),
  benign(
    'passed',
    0.12,
    /^\s*(?:\u2713|\u2714|\u2705|ok \d+|ok\s|PASS(?:ED)?\b|--- PASS|\[ +OK +\])|\.\.\. ok$|\bPASSED(?: +\[ *\d+%\])?$|: OK$/,
  ),
  benign(
    'flag',
    0.3,
    /(?:^|\s)(?:-W(?:no-)?error|--\S*(?:fail|error)\S*|-D\S*(?:ERROR|FAIL)\S*|if-no-files-found: error|fail-fast|continue-on-error|set -\w*e\w*\b|ignore-errors?|on-error|errexit|-XX:)|-XX:\S*(?:OutOfMemory|Error)/,
  ),
  benign(
    'package',
    0.2,
    /^\s*(?:Downloading|Downloaded|Collecting|Installing|Installed|Unpacking|Selecting|Preparing|Setting up|Get:\d+|Compiling|Checking|Adding|Added|Requirement already|Using cached|Fetching|Resolving|Building|Extracting|remote:|Receiving|\* \[new|create mode|delete mode|From |inflating|creating|copying|adding|Progress|Linking|CC|CXX|AR|LD|GEN)\b(?!.*(?:\bfailed\b|refused|timed out|: error|denied|not found))/,
  ),
  benign(
    'warning',
    0.45,
    /^\W{0,4}(?:WARN(?:ING)?|warning|Warning|deprecated)\b|: warning\b|\b(?:WARN|WARNING)\b[\]: ]|^##\[warning\]|^::warning|\bnpm WARN\b|[a-z]Warning\b/,
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
  benign(
    'build-step',
    0.2,
    /^\s*(?:\[\d+\/\d+\] )?[A-Z]{2,8}(?: \[M\])? +[\w./-]+$|^\[ *\d+[%/][\d\]]*\s*(?:Building|Compiling|Linking|Built)\b/,
  ),
  benign('prose', 0.3, /^\s*\d+(?:\.\d+)+ [A-Z][a-z]+ [a-z]|: Mitigation: /),
  benign('path', 0.5, /^\s*(?:[\w.-]*\/){2,}[\w.-]*(?:error|fail|exception)[\w.-]*\s*$/i),
  benign('environment', 0.3, /^\s*[A-Z][A-Z0-9_]{2,}=|^\s{2,}[A-Z][A-Z0-9_]{2,}: /),
];
