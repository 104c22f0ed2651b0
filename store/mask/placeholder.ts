// What stands where a secret would stand: variables, templates, masks, words that somebody is to replace, samples.
import { type Automaton, buildAutomaton } from './automaton.ts';

/** Values that stand for "no secret here" in documentation and test set-ups, whole and without regard to case. */
const SAMPLE_WORDS = new Set(
  (
    'password passwd passw0rd pass pwd secret secrets token tokens key apikey api_key credential credentials auth ' +
    'changeme changeit change_me change-me change.me default example sample dummy fake foo bar baz foobar foobarbaz ' +
    'postgres postgresql mysql mariadb mongo redis root admin administrator guest user username test testing tester ' +
    'rabbitmq minio minioadmin elastic sa none null nil undefined true false yes no on off empty unset unknown todo ' +
    'tbd hidden masked redacted filtered removed omitted secure sensitive private public required optional missing ' +
    'invalid valid expired expected unexpected string number boolean object array function bytes buffer text any ' +
    'bearer basic digest negotiate oauth oauth2 jwt hunter2 letmein'
  ).split(' '),
);
/** Anywhere inside a value: it was written to be replaced, or is a mark that a mask left. */
const PARTS =
  'example placeholder changeme change-me change_me replaceme replace-me replace_me replace-with replace_with redacted ' +
  '-dummy _dummy your- your_ insert- insert_ xxxxx *** ... {{ ${ $( #{ sample- sample_ not-set not_set notset not-a-real ' +
  'not-real notreal 123456789 abcdefgh 0123456789abcdef deadbeefdeadbeef \u00e2\u0080\u00a2';
/** At the start of a value: a reference to where it is kept. `\u00e2` starts a bullet in UTF-8. */
const STARTS_AS_REFERENCE =
  /^(?:\$[A-Za-z_][\w.:]*$|\$[{([]|\$[A-Z_]{3}|\$env:|%[\w-]+%$|%[sdvq]\b|@[\w.]{1,40}(?:@?$|\()|#\{|[{[(<]|\*{3}|~\/|!(?:Ref|Sub|GetAtt|ImportValue|Join|FindInMap|Select|Base64|vault|secret|env\w{0,8}|include|reference|binary|encrypted\w{0,8}|file|Secret)\b|![A-Za-z_]{2,40}(?:$|[\s.([])|&[a-z]{2,6};|\\u003c|%3c|%24|dummy|(?:arn|file|env|op|vault|ssm|secretref|keyvault|awssm|gcpsm|s3|gs|data|blob|projects|ref\+\w{1,20}):)/i;
const BRACKETED = /<[^<>]{1,60}>|%[a-z_]{2,40}%|[-_]here(?![a-z])/i;

let parts: Automaton | undefined;

/** One pass instead of thirty: this is asked for every value. */
function holdsPart(text: string): boolean {
  parts ??= buildAutomaton(PARTS.split(' '));
  const { table, classes, shift, firstHit, escapeState } = parts;
  let state = 0;
  for (let at = 0; at < text.length; at++) {
    const next = table[(state << shift) | (classes[text.charCodeAt(at) & 0xff] as number)] as number;
    if (next >= firstHit && next !== escapeState) return true;
    state = next === escapeState ? 0 : next;
  }
  return false;
}

/** True when a text has at most `most` different characters, without regard to case. */
function hasFewCharacters(text: string, most: number): boolean {
  const seen: number[] = [];
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    const folded = code >= 0x41 && code <= 0x5a ? code + 0x20 : code;
    if (seen.includes(folded)) continue;
    if (seen.length === most) return false;
    seen.push(folded);
  }
  return true;
}

/** True for what stands where a secret would: variables, templates, masks, sample words, one character repeated. */
export function isPlaceholder(value: string): boolean {
  if (STARTS_AS_REFERENCE.test(value) || holdsPart(value)) return true;
  if (value.length <= 14 && SAMPLE_WORDS.has(value.toLowerCase())) return true;
  return hasFewCharacters(value, value.length > 24 ? 4 : 3) || BRACKETED.test(value);
}
