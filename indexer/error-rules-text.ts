// What systems, networks and programs say wherever they run: resources, levels, sentences.
import { rule } from './error-rule.ts';

export const SYSTEM_RULES = [
  rule(
    'resource',
    'cause',
    0.93,
    'no space|quota exceeded|out of memory|outofmemory|allocate memory|too many open|oom|resource temporarily|gc overhead|resource busy|already in use|heap limit',
    /No space left on device|disk quota exceeded|\bout of memory\b|OutOfMemory|Cannot allocate memory|Too many open files|\boom[-_ ]?kill\w*|heap out of memory|heap limit|Resource temporarily unavailable|GC overhead limit|device or resource busy|address already in use/i,
  ),
  rule(
    'time-limit',
    'cause',
    0.9,
    'timed out|exceeded|maximum|no output|time limit|deadline|took|cancel',
    /\b(?:has timed out after|exceeded the (?:maximum|time|job)|maximum (?:execution )?time (?:limit|of)|No output has been received|test timed out after|time limit exceeded|deadline exceeded|execution took longer|timed out after \d|took >\d)|^(?:##\[error\])?The (?:operation|job) was cancell?ed|job running on runner .* has exceeded/i,
  ),
  rule(
    'network',
    'cause',
    0.86,
    'econn|etimedout|eai_again|enotfound|ehostunreach|epipe|eaddrinuse|connection|could not resolve|temporary failure|name or service|no such host|unreachable|handshake|certificate|ssl|timed out|i/o timeout|failed to',
    /\b(?:ECONNREFUSED|ECONNRESET|ETIMEDOUT|EAI_AGAIN|ENOTFOUND|EHOSTUNREACH|EPIPE|EADDRINUSE)\b|[Cc]onnection (?:refused|reset|timed out|aborted|closed)|Could not resolve (?:host|proxy)|Temporary failure in name resolution|Name or service not known|no such host|[Nn]etwork is unreachable|TLS handshake|[Cc]ertificate (?:has expired|verify failed)|SSL (?:error|routines)|[Rr]ead timed out|connect timed out|i\/o timeout|Failed to (?:connect|fetch|download)/,
  ),
  rule(
    'http-status',
    'cause',
    0.8,
    '400|401|403|404|405|407|408|409|410|412|413|416|422|423|425|429|500|501|502|503|504|507|511|520|522|524',
    /\b(?:HTTP(?:\/[\d.]+)?(?: status| error| response)?(?: code)?[ :=]+|status(?: code)?[ :=]+|error(?: code)?[ :=]+|returned error: |response code:? )(?:400|401|403|404|405|407|408|409|410|412|413|416|422|423|425|429|500|501|502|503|504|507|511|520|522|524)\b|\b(?:403 Forbidden|404 Not Found|429 Too Many|500 Internal|502 Bad Gateway|503 Service|504 Gateway|401 Unauthorized)/i,
  ),
  rule(
    'permission',
    'cause',
    0.84,
    'denied|eacces|eperm|not permitted|authori|forbidden|authentication|rate limit|credentials',
    /[Pp]ermission denied|[Aa]ccess (?:is )?denied|AccessDenied|\bEACCES\b|\bEPERM\b|[Oo]peration not permitted|\b(?:[Uu]nauthorized|not authorized|[Ff]orbidden)\b|[Aa]uthentication failed|rate limit exceeded|[Cc]redentials could not/,
  ),
  rule(
    'missing-thing',
    'cause',
    0.84,
    'command not found|not recognized|no such file|enoent|shared object|no module|find module|module not found|modulenotfound|classnotfound|noclassdef|cannot find symbol|does not exist|manifest unknown|remote ref|unknown revision|could not find|no matching|unable to locate',
    /\bcommand not found\b|is not recognized as (?:an internal|the name of)|No such file or directory|\bENOENT\b|cannot open shared object|No module named|Cannot find module|Module not found|ModuleNotFoundError|ClassNotFoundException|NoClassDefFoundError|cannot find symbol|package .* does not exist|manifest unknown|couldn't find remote ref|unknown revision|Could not find (?:artifact|a version|method|or load)|No matching (?:distribution|version)|Unable to locate package/,
  ),
  rule(
    'killed',
    'cause',
    0.85,
    'killed|terminated|aborted|hangup|signal|sig',
    /^(?:\S+: line \d+: +\d+ )?(?:Killed|Terminated|Aborted|Hangup)\b|\breceived (?:a )?(?:shutdown )?signal\b|\bReceived signal: |\bkilled by signal\b|received SIG[A-Z]+|\bsignal: (?:killed|aborted|terminated)|OOMKilled/i,
  ),
];

/** What a line says of its own level. */
export const LEVEL_RULES = [
  rule('error-mark', 'cause', 0.85, '[error]|::error', /^(?:##\[error\]|::error(?: [^:]*)?::)\s*\S/),
  rule(
    'fatal-level',
    'cause',
    0.84,
    'fatal|critical|emerg|severe|panic',
    /^(?:\[?\w*\]? ?)?(?:FATAL|fatal|CRITICAL|EMERG|SEVERE|PANIC)\b[\]:> -]+\S|\blevel=(?:fatal|panic|critical)\b|"level":\s?"(?:fatal|panic|critical)"/,
  ),
  rule(
    'error-level',
    'cause',
    0.78,
    'err',
    /^\W{0,4}(?:ERROR|Error|error|ERR)(?:\(\w+\)|\[\w+\])?\W{0,2}[:!\]>|-]+\s*\S|^\W{0,4}ERROR\s+\S|^(?:npm|yarn|pnpm|pip|gem|cargo|bundler)? ?(?:ERR!|error) (?!0\b)\S/,
  ),
  rule(
    'error-level',
    'cause',
    0.72,
    'error|severe|fatal| e: |e01|e02|e03|e04|e05|e06|e07|e08|e09|e10|e11|e12',
    /^(?:\S+[ \t]+){0,4}\[?\b(?:ERROR|SEVERE|FATAL)\b\]?[ :\t-]+\S|\blevel=error\b|"level":\s?"error"|^E\d{4} \d\d:|^#\d+ (?:ERROR|[\d.]+ (?:E:|ERROR|error))/,
  ),
  rule(
    'error-colon',
    'cause',
    0.74,
    ": error|: fatal|: cannot|: can't|: could not|: unable|: failed|: no such|: invalid|: unrecognized|: illegal|: unknown|: missing",
    /^[\w.@/ -]{1,60}: (?:fatal )?(?:error|Error|ERROR|fatal|FATAL|cannot|can't|could not|unable to|failed to|no such|invalid|unrecognized|illegal|unknown|missing)\b/,
  ),
];

/** Phrases of failure in plain sentences, and single words. */
export const PHRASE_RULES = [
  rule(
    'phrase-start',
    'cause',
    0.66,
    "cannot|can't|could not|couldn't|unable|fail|invalid|unknown|unexpected|unsupported|missing|refusing|aborting|went wrong|an error|internal error|stopping|giving up|fehler|erreur",
    /^\W{0,4}(?:Cannot|Can't|Could not|Couldn't|Unable to|Failed to|Failure|Invalid|Unknown|Unexpected|Unsupported|Missing|Refusing|Aborting|Something went wrong|An error|Internal error|Stopping|Giving up|Fehler|Erreur)\b/i,
  ),
  rule(
    'phrase',
    'weak',
    0.5,
    "cannot|can't|could not|couldn't|unable|failed|did not|not |doesn't|does not|no such|denied|refused|rejected|unreachable|unexpected|time|abort|expired|mismatch|undefined|unresolved|inconsistent|giving up|gave up|unhealthy|out of sync|dirty|violation|exceed|more than the",
    /\b(?:cannot|can't|could not|couldn't|unable to|failed to|failed (?:with|because|due)|has failed|did not (?:complete|finish|succeed|match)|not (?:found|allowed|permitted|supported|available|installed|exist)|does(?: not|n't) exist|is not defined|no such|denied|refused|rejected|unreachable|unexpected|timed? ?out|timeout|aborted|expired|mismatch|undefined|unresolved|not up-to-date|inconsistent|giving up|gave up|unhealthy|failed!|out of sync|dirty|violations?|exceed(?:s|ed)|more than the)\b/i,
  ),
  rule(
    'word',
    'weak',
    0.38,
    'err|fail|exception|fatal|panic|crash|abort|broken|corrupt|assert|invalid|illegal|missing|conflict|kill|exceed|unsuccess|wrong|problem|fault',
    /\b(?:error|errors|fail|fails|failed|failure|failures|failing|exception|fatal|panic|crash(?:ed)?|abort|broken|corrupt(?:ed)?|assert\w*|invalid|illegal|missing|conflict|killed|exceeded|unsuccessful|wrong|problem|fault)\b/i,
  ),
  rule(
    'word-part',
    'weak',
    0.25,
    'error|fail|exception',
    /[a-z](?:Error|Exception|Failure)s?\b|\b\w*(?:error|fail)(?:ed|ure)?\w*|_ERROR|_FAIL/,
  ),
];
