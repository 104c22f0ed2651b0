// Inputs for fuzzing: whole samples with something wrong in them reach further into a parser than noise does.
import fc from 'fast-check';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

const LONG = 'x'.repeat(70_000);
const oddText = fc.oneof(
  {
    weight: 20,
    arbitrary: fc.constantFrom(
      ...['', '..', '../../x', '__proto__', 'constructor', 'a\0b', '\ud800', '\u202e', '9'.repeat(400), '%2e%2e'],
    ),
  },
  { weight: 10, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
  { weight: 1, arbitrary: fc.constant(LONG) },
);
const oddNumber = fc.oneof(
  fc.constantFrom(0, -1, 1e308, -0, 2 ** 31, 2 ** 32, 2 ** 53, 2 ** 53 + 2, 0.5, Number.MAX_VALUE),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);
const oddJson: fc.Arbitrary<Json> = fc.oneof(
  oddText,
  oddNumber,
  fc.constantFrom<Json>(null, true, [], {}),
  fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<Json>,
);

/** Every place in a document, as a path. */
function pathsOf(json: Json, path: readonly string[] = []): string[][] {
  const here = [[...path]];
  if (json === null || typeof json !== 'object') return here;
  return [...here, ...Object.entries(json).flatMap(([key, value]) => pathsOf(value, [...path, key]))];
}

function replaceAt(json: Json, path: readonly string[], value: Json | undefined): Json {
  const [key, ...rest] = path;
  if (key === undefined) return value ?? null;
  if (Array.isArray(json)) return json.map((item, n) => (String(n) === key ? replaceAt(item, rest, value) : item));
  const copy: { [key: string]: Json } = { ...(json as { [key: string]: Json }) };
  if (rest.length === 0 && value === undefined) delete copy[key];
  else copy[key] = replaceAt(copy[key] ?? null, rest, value);
  return copy;
}

/** The sample as text with up to four places gone, added or replaced; sometimes cut or noise. */
export function mutatedJson(sample: unknown): fc.Arbitrary<string> {
  const whole = JSON.parse(JSON.stringify(sample)) as Json;
  const paths = pathsOf(whole);
  const step = fc.tuple(fc.constantFrom(...paths), fc.option(oddJson, { nil: undefined, freq: 5 }));
  const changed = fc
    .array(step, { minLength: 1, maxLength: 4 })
    .map((steps) => JSON.stringify(steps.reduce((json, [path, value]) => replaceAt(json, path, value), whole)));
  return fc.oneof(
    { weight: 60, arbitrary: changed },
    { weight: 4, arbitrary: fc.tuple(changed, fc.nat()).map(([text, at]) => text.slice(0, at % (text.length + 1))) },
    { weight: 4, arbitrary: fc.string({ unit: 'binary', maxLength: 200 }) },
    { weight: 1, arbitrary: fc.constantFrom('[['.repeat(5_000), '{"a":'.repeat(5_000), '"'.repeat(999), '') },
  );
}

/** The sample's bytes with some of them changed, doubled or gone; sometimes noise. */
export function mutatedBytes(sample: Uint8Array): fc.Arbitrary<Uint8Array> {
  const flip = fc.tuple(fc.nat(), fc.constantFrom(0, 1, 0x7f, 0x80, 0xff), fc.constantFrom('set', 'cut', 'add'));
  const changed = fc.array(flip, { maxLength: 6 }).map((flips) => {
    let bytes = Buffer.from(sample);
    for (const [place, byte, how] of flips) {
      const at = place % (bytes.length + 1);
      if (how === 'set' && at < bytes.length) bytes[at] = byte;
      else if (how === 'cut') bytes = bytes.subarray(0, at);
      else bytes = Buffer.concat([bytes.subarray(0, at), Buffer.from([byte]), bytes.subarray(at)]);
    }
    return bytes as Uint8Array;
  });
  return fc.oneof({ weight: 6, arbitrary: changed }, { weight: 1, arbitrary: fc.uint8Array({ maxLength: 80 }) });
}

/** Text put together from pieces that mean something to a parser, with noise between. */
export const piecewise = (pieces: readonly string[], most = 24): fc.Arbitrary<string> =>
  fc
    .array(
      fc.oneof(
        { weight: 6, arbitrary: fc.constantFrom(...pieces) },
        { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 12 }) },
        { weight: 1, arbitrary: fc.string({ maxLength: 30 }) },
      ),
      { maxLength: most },
    )
    .map((parts) => parts.join(''));
