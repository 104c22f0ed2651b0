// How logs announce a wait and its limit, in several languages, and what words of a line say what is waited for.

/** Announces a wait or a limit of time. Weighs only beside a duration. */
const ANNOUNCES =
  /limit|time ?out|deadline|max|up to|within|at most|wait|poll|retry|until|budget|wart(?:e|en|et)\b|höchstens|\bbis zu\b|\bfrist|grenze|attend|attente|jusqu|délai|esper|hasta|plazo|aguard|até\b|prazo|attes[ao]|attend|fino a|scaden|wacht|maximaal|czek|limitu|ожида|жд[её]|не более|лимит|срок|等待|最多|最长|上限|待機|待ち|最大|대기|최대/i;

/** Whether a line announces a wait. */
export const announcesWait = (text: string): boolean => ANNOUNCES.test(text);

/** Words of waiting say nothing of what is waited for. */
const WAITING =
  /^(?:wait\w*|until|limit\w*|time\w*|deadline|second\w*|minute\w*|within|maximum|from|that|with|still|most|warte\w*|sekunden?|minuten?|höchstens|grenze|frist|attend\w*|attente|secondes?|jusqu\w*|délai|esper\w*|hasta|segundos?|minutos?|secondi|minuti|attesa|ожидани\w*|секунд\w*|минут\w*)$/u;

/** What a line names: its words of four letters and more, those of waiting left out. */
export const contentWords = (body: string): readonly string[] =>
  (body.toLowerCase().match(/\p{L}{4,}/gu) ?? []).filter((word) => !WAITING.test(word));
