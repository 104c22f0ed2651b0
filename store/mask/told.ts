// The forms in which a told value may stand in a log: encoded, escaped, split over lines. Values never leave this file
// but as bytes to compare with.

/** chosen (as GitHub's runner warns): shorter values would mask parts of ordinary words all over the log. */
const MIN_TOLD = 6;
/** A derived form or a line of a value: more of them exist, so they must be longer to mean anything. */
const MIN_DERIVED = 8;
/** chosen: a value longer than this (a JSON key file has 2 KB) is matched by its lines and by its first part. */
const MAX_TOLD = 8_192;

/** Words that are told as secrets by mistake and stand everywhere. */
const COMMON =
  /^(?:true|false|null|none|undefined|enabled?|disabled?|production|staging|development|default|master|password|secret|token|string|number|localhost|https?|github|gitlab|docker|ubuntu|latest|release|runner|readonly|public|private|success|failure|failed|passed|warning|error|debug|verbose|always|never|auto|admin|postgres|example|changeme|\d{1,7})$/i;

/** Why a told value cannot be masked; undefined when it can. */
export function reasonNotMasked(value: string): string | undefined {
  const bare = value.trim();
  if (bare.length < MIN_TOLD) return `shorter than ${MIN_TOLD} characters`;
  if (COMMON.test(bare)) return 'a common word';
  return new Set(bare).size < 3 ? 'made of one or two different characters' : undefined;
}

const jsonEscaped = (text: string): string => JSON.stringify(text).slice(1, -1);
const asciiEscaped = (text: string): string =>
  text.replace(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
const unicodeEscaped = (text: string): string =>
  text.replace(/[<>&'+=]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`);
/** encodeURIComponent refuses lone surrogates; a value from an environment has none, one from a file might. */
const uriEscaped = (text: string): string => encodeURIComponent(text.toWellFormed());
const lowerHex = (text: string): string => text.replace(/%[0-9A-F]{2}/g, (hex) => hex.toLowerCase());

function uriForms(value: string): string[] {
  const encoded = uriEscaped(value);
  const strict = encoded.replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
  // Forms encode everything but letters, digits and `*-._`.
  const form = strict.replaceAll('%2A', '*').replaceAll('~', '%7E').replaceAll('%20', '+');
  const forms = [
    encoded,
    form,
    strict,
    encoded.replaceAll('%20', '+'),
    strict.replaceAll('%20', '+'),
    encodeURI(value.toWellFormed()),
  ];
  return [...forms, ...forms.map(lowerHex), uriEscaped(encoded)];
}

function markupForms(value: string): string[] {
  const plain = value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  const quoted = plain.replaceAll('"', '&quot;');
  return [
    plain,
    quoted,
    ...['&#39;', '&apos;', '&#x27;', '&#039;'].map((sign) => quoted.replaceAll("'", sign)),
    quoted.replaceAll('"', '&#34;'),
  ];
}

function shellForms(value: string): string[] {
  return [
    value.replaceAll("'", "'\\''"),
    value.replaceAll("'", `'"'"'`),
    value.replaceAll("'", "''"),
    value.replaceAll("'", "\\'"),
    value.replaceAll('"', '\\"'),
    value.replaceAll('"', '""'),
    value.replaceAll('\\', '\\\\'),
    value.replace(/["$`\\]/g, '\\$&'),
    value.replace(/[^\w@%+=:,./-]/g, '\\$&'),
    value.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A'),
  ];
}

function jsonForms(value: string): string[] {
  const once = jsonEscaped(value);
  const ascii = asciiEscaped(once);
  const html = unicodeEscaped(once);
  return [
    once,
    jsonEscaped(once),
    once.replaceAll('/', '\\/'),
    ascii,
    html,
    asciiEscaped(html),
    jsonEscaped(ascii),
    jsonEscaped(html),
  ];
}

/** Base64 of the value at each of the three places it may have in a longer text, without the groups it shares. */
function base64Forms(bytes: Buffer): string[] {
  const forms: string[] = [];
  for (const offset of [0, 1, 2]) {
    const all = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64');
    const certain = all.slice(Math.ceil((offset * 4) / 3), Math.floor(((offset + bytes.length) * 4) / 3));
    forms.push(certain, certain.replaceAll('+', '-').replaceAll('/', '_'));
    // `base64` breaks lines at 76, OpenSSL at 64: each full line of a value that starts at a line's start.
    for (const width of [76, 64]) {
      if (offset !== 0 || all.length <= width) continue;
      for (let at = 0; at < certain.length; at += width) forms.push(certain.slice(at, at + width));
    }
  }
  return forms;
}

/** Every form of one line of a value, as text of one unit a byte. */
function formsOfText(text: string, forms: Set<string>, minLength: number): void {
  const add = (form: string, least: number): void => {
    const bytes = Buffer.from(form, 'utf8').toString('latin1');
    if (bytes.length >= least && !/[\r\n]/.test(bytes)) forms.add(bytes);
  };
  add(text, minLength);
  for (const form of [...jsonForms(text), ...uriForms(text), ...markupForms(text), ...shellForms(text)]) {
    add(form, form === text ? minLength : MIN_DERIVED);
  }
  const bytes = Buffer.from(text, 'utf8');
  add(bytes.toString('hex'), MIN_DERIVED);
  add(bytes.toString('hex').toUpperCase(), MIN_DERIVED);
  for (const form of base64Forms(bytes)) add(form, MIN_DERIVED);
}

/** All forms of a told value; none for one that cannot be masked. Longest first, so that a whole one wins. */
export function formsOfValue(whole: string): string[] {
  if (reasonNotMasked(whole) !== undefined) return [];
  const value = whole.slice(0, MAX_TOLD);
  const forms = new Set<string>();
  formsOfText(value, forms, MIN_TOLD);
  formsOfText(value.trim(), forms, MIN_TOLD);
  const lines = whole.split(/\r\n|\r|\n/).map((line) => line.trim());
  if (lines.length > 1) {
    for (const line of lines) {
      if (line.length >= MIN_DERIVED && reasonNotMasked(line) === undefined && !line.startsWith('-----'))
        formsOfText(line, forms, MIN_DERIVED);
    }
  }
  return [...forms].sort((a, b) => b.length - a.length || (a < b ? -1 : 1));
}
