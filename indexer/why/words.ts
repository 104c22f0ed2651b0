// Words that mean the same in every project: failure, time-out, exhausted resource, exit line, set-up. Other languages are
// in words-languages.ts; no product's vocabulary. They only ever weigh, together with what green attempts show.

import {
  CREDENTIAL_ELSEWHERE,
  EXHAUSTED_ELSEWHERE,
  EXIT_ELSEWHERE,
  FAILURE_ELSEWHERE,
  SET_UP_ELSEWHERE,
  TIMEOUT_ELSEWHERE,
} from './words-languages.ts';

/** Says that something went wrong. */
const FAILURE =
  /(?:^|[^a-z])(?:err(?:or)?s?|fail(?:s|ed|ure|ing)?|fatal|panic(?:ked)?|exception|traceback|assert(?:ion)?\w*|abort(?:ed)?|crash(?:ed)?|denied|refused|rejected|cannot|can't|could ?n[o']t|unable|not found|no such|unauthori[sz]ed|forbidden|mismatch(?:ed)?|unexpected|invalid|unreachable|killed|not ok|segfault|segmentation|conflict|empty|lost|broken|corrupt\w*|undefined|gave up|giving up|did not|does not|never|missing)(?![a-z])|[a-z](?:Error|Exception|Failure)\b|expected\b.{1,200}\b(?:got|found|but|received|actual|was|were)\b|[✗✘✖✕❌×]/i;

/** Only a warning: written as often when nothing is wrong. */
const WARNING =
  /(?:^|[^a-z])(?:warn(?:ing)?s?|deprecat(?:ed|ion)|notice|ignored?|skipp(?:ed|ing)|retry(?:ing)?|will be rebuilt)(?![a-z])/i;

/** The line that only says that a command ended badly: no job's own words. */
const EXIT =
  /(?:exit(?:ed|ing)?|return(?:ed|s)?|finish(?:ed)?|terminat(?:ed|ion)|complete[ds]?|end(?:ed)?|stopp?ed|quit|fail(?:ed|ure)?)\b.{0,40}?\b(?:code|status|value|rc)\b\s*[:=]?\s*-?\d+|\bexit(?:ed|s)?(?: with| code| status)*\s*[:=]?\s*\d+|non-?zero|^\W*(?:make|gmake|ninja|npm ERR!|error Command failed)\b.{0,60}(?:\*\*\*|ELIFECYCLE|failed)|(?:job|build|step|task|pipeline|script|stage)\b.{0,20}\b(?:has )?(?:failed|aborted)\b[.! ]*$/i;

/** A limit of time was reached. */
const TIMEOUT =
  /timed[ -]?out|timing out|time-?out\b(?!\w*\s*[=:]\s*\d)|timeout(?:error|exception|expired|exceeded)|\betimedout\b|deadline|(?:exceed\w*|over|past|reached|hit)\b.{0,40}\b(?:time (?:limit|budget)|\d+ ?(?:minutes|seconds|min|sec|s|m|h)\b|duration)|gave up|giving up|(?:still|not|never|no|n't|without)\b.{0,80}\b(?:after|within|in)\s+\d+(?:[.,]\d+)?\s*(?:s|sec\w*|m|min\w*|h|hours?|ms)\b|no (?:response|answer|reply|output|progress|activity)\b.{0,30}\b(?:for|in|within|after)\s+(?:\d|more|over|the)|took too long|too slow|\bstalled\b|\bhung\b|watchdog|(?:did|was|is|were|could|do(?:es)?|has|have)(?: not|n't)\b.{0,60}\bin time\b|(?:took|taking|takes|lasted|ran|running|waited|waiting) (?:for )?(?:too long|longer than|more than \d)|time (?:limit|budget)\b.{0,20}\b(?:reached|exceeded|hit|expired|used up|is up)|(?:abort|cancel|kill|terminat|stopp)\w*\b.{0,30}\bafter\s+\d+(?:[.,]\d+)?\s*(?:s|sec\w*|m|min\w*|h|hours?|ms)\b|wait\w*\b.{0,30}\b(?:expired|elapsed|ran out)|\b(?:expired|elapsed|ran out)\b.{0,20}\bwait/i;

/** Something finite ran out: memory, disk, ports, handles, processes, connections, a quota or rate. */
const EXHAUSTED =
  /out of (?:memory|disk|space|inodes|file|handles|descriptors|ports|sockets|swap|resources?|quota|storage|bounds of memory)|\boom\b|oom[-_ ]?kill|heap (?:out|limit|space|exhausted)|(?:cannot|could not|failed to|unable to) allocate|allocation fail|bad_alloc|memory (?:limit|exhausted|exceeded|allocation)|memoryerror|outofmemory|gc overhead|\benomem\b|\benospc\b|\bemfile\b|\benfile\b|\beaddrinuse\b|\bedquot\b|\beagain\b|\bemlink\b|\bwsaenobufs\b|\benobufs\b|no space|not enough (?:space|memory|disk|room|storage|resources?)|insufficient (?:space|memory|disk|storage|resources?|cpu|quota)|disk (?:is )?(?:full|quota)|(?:device|disk|volume|filesystem|file system|storage|partition|table|queue|buffer|pool|cache) (?:is )?(?:full|exhausted)|no free (?:inodes?|ports?|space|slots?|blocks?|memory|connections?)|too many (?:open|files|connections|clients|requests|processes|threads|links|sockets|handles|sessions)|(?:address|ports?|socket)\b[^.]{0,60}\b(?:already|is) (?:in use|allocated|taken|bound)\b|already in use|(?:^|[\s"(])429(?:$|[\s",;:)])|too ?many ?requests|rate[ -]?limit(?:ed|ing)?\b.{0,40}\b(?:exceed|reach|hit|retry)|(?:exceed|reach|hit)\w*\b.{0,40}\brate[ -]?limit|\brate[ -]limited\b|throttl(?:ed|ing)|quota\b.{0,40}\b(?:exceed|reach|exhaust|used)|exceed\w*\b.{0,40}\bquota|(?:limit|maximum|max)\b.{0,30}\b(?:connections?|processes|open files|file descriptors|memory|threads|pids|inotify|watches)\b.{0,30}\b(?:reach|exceed|hit)|(?:connections?|thread|worker|process|file|descriptor|memory|inotify|watch(?:es)?|resource|pid)\b.{0,20}\b(?:limit|pool|slots?)\b.{0,30}\b(?:reach|exceed|exhaust|full|hit)|resources? (?:temporarily )?(?:unavailable|exhausted)|resource_?exhausted|exhaust(?:ed|ion)\b|(?:no|remaining) (?:connection|worker|thread) slots?|evicted|(?:cannot|can't|unable to|failed to) fork|fork failed|pthread_create|no (?:more|free|available) (?:handles?|slots?|workers?|threads?|descriptors?|connections?|memory|capacity)|all (?:\w+ )?(?:connections|slots|workers|threads|ports|handles|licen[cs]es) (?:are )?(?:in use|busy|taken|used)|reserved for (?:non-replication )?superuser|exceed\w*\b.{0,40}\b(?:memory|disk|storage|connections?|descriptors?|capacity|inodes)\b|(?:memory|disk|storage|capacity)\b.{0,20}\b(?:limit )?exceeded|at capacity|capacity (?:exceeded|reached)|memory pressure|\bsignal 9\b|\bsignal:? killed|\bsigkill\b|exit(?:ed)?\b.{0,24}\b137\b|^\W*killed\W*$|\bkilled\b.{0,30}\b(?:process|memory|oom)|no (?:buffer|memory|inodes?|ports?|file descriptors?|disk) (?:space |left |available|remaining)|only one usage of each socket address|paging file is too small|(?:can't|cannot|unable to|could not|failed to) (?:create|start|spawn)\b.{0,20}\bthreads?\b|(?<!time)(?:quota|(?<!time)limit)_?exceeded|insufficient\w{0,20}capacity|no capacity|\b100 ?% (?:full|used|of (?:disk|memory|quota))|disk (?:space )?(?:is )?(?:low|exhausted)|low (?:disk|memory) |(?:ran|running|run) out of\b(?! time)|\bused up\b|(?:no|zero) (?:bytes|inodes|blocks) (?:left|free|available)|cannot (?:acquire|get) (?:a )?(?:connection|slot|lease) from (?:the )?pool|max(?:imum)?\b.{0,20}\b(?:clients|connections|sessions|processes)\b.{0,20}\breached/i;

/** Set-up: what the job runs on and with. */
const SET_UP =
  /(?:^|[^a-z])(?:version|image|runner|operating system|\bos\b|kernel|distro|release|platform|arch(?:itecture)?|cpu|toolchain|sdk|runtime|compiler|interpreter|environment|env(?:ironment)? var\w*|secrets?|tokens?|credentials?|variable|locale|lang|time ?zone|region|\btz\b|node|python|java|jdk|ruby|rust|golang|go|gcc|clang|docker|podman|kubernetes|using|installed|driver|library|label|config(?:uration)?|settings?|feature flags?|flag|profile|mirror|proxy|base image|digest|hostname|host|agent|machine|pool)(?![a-z])/i;

/** A secret, variable or permission is or is not there. */
const CREDENTIAL =
  /secret|token|credential|password|api[_ -]?key|env(?:ironment)?[_ ]var|variable|permission|licen[cs]e/i;

/** Whether a line speaks of a failure. */
export const saysFailure = (text: string): boolean => FAILURE.test(text) || FAILURE_ELSEWHERE.test(text);
export const saysWarning = (text: string): boolean => WARNING.test(text);
export const saysExit = (text: string): boolean => EXIT.test(text) || EXIT_ELSEWHERE.test(text);
export const saysTimeout = (text: string): boolean => TIMEOUT.test(text) || TIMEOUT_ELSEWHERE.test(text);
export const saysExhausted = (text: string): boolean => EXHAUSTED.test(text) || EXHAUSTED_ELSEWHERE.test(text);
/** Where a text says that something ran out; 0 when it does not. */
export const exhaustedAt = (text: string): number => {
  const at = text.search(EXHAUSTED);
  return Math.max(0, at < 0 ? text.search(EXHAUSTED_ELSEWHERE) : at);
};
/** Whether a line tells what the job runs on or with. */
export const saysSetUp = (text: string): boolean => SET_UP.test(text) || SET_UP_ELSEWHERE.test(text);
export const saysCredential = (text: string): boolean => CREDENTIAL.test(text) || CREDENTIAL_ELSEWHERE.test(text);

/** What a changed environment leads to: rights, libraries, versions, programs that are not there. */
const ENVIRONMENT_FAULT =
  /unauthori[sz]ed|forbidden|\b40[13]\b|permission|denied|authenticat|credential|token|secret|librar(?:y|ies)|\.so\b|\.dll\b|dylib|glibc|symbol|version|(?:un|in)supported|not supported|incompatible|compatib|mismatch|command not found|not recognized|no such file|module not found|cannot find|not installed|not available|certificate|\bssl\b|\btls\b|locale|encoding|time ?zone|illegal instruction|exec format|architecture|kernel|driver|undefined (?:variable|symbol|reference)|not set|unset|is required|environment|deprecated|abi\b|class file|protocol|cipher|signature|license/i;
/** Whether a line blames rights, secrets, versions or what is installed. */
export const saysEnvironmentFault = (text: string): boolean => ENVIRONMENT_FAULT.test(text);
