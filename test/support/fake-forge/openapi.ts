// Checks requests and answers of the fake servers against the excerpts of the real servers' OpenAPI documents.
import { providerJson } from '../env-fixture.ts';

type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const objectAt = (value: unknown, ...path: readonly string[]): Json => {
  let at: unknown = value;
  for (const name of path) at = isObject(at) ? at[name] : undefined;
  return isObject(at) ? at : {};
};

/** Routes that we use and that the excerpts leave out, each with its reason. */
const OUTSIDE: readonly RegExp[] = [
  /^\/repos\/[^/]+\/[^/]+\/raw\//, // contents, not Actions
  /^\/repos\/[^/]+\/[^/]+\/issues\/\d+$/, // an issue's state
  /^\/repos\/[^/]+\/[^/]+\/pulls\/\d+$/, // where a pull request comes from
  /^\/user$/, // whose token it is
  /^\/meta$/, // GitHub's description of itself
  /^\/version$/, // asked of every server, to see which it is
];

export class OpenApi {
  readonly #document: Json;

  constructor(fixture: string) {
    this.#document = objectAt(providerJson(fixture));
  }

  /** What is wrong with a request; empty when nothing is, or when the route stands outside of the excerpt. */
  requestFaults(method: string, path: string, query: URLSearchParams, body: unknown): string[] {
    const operation = this.#operation(method, path);
    if (operation === undefined)
      return OUTSIDE.some((p) => p.test(path)) ? [] : [`${method} ${path} is not in the API`];
    const parameters = (Array.isArray(operation['parameters']) ? operation['parameters'] : []).map((p) =>
      this.#resolve(p),
    );
    const faults: string[] = [];
    for (const [name, value] of query) {
      const parameter = parameters.find((p) => p['name'] === name && p['in'] === 'query');
      if (parameter === undefined) faults.push(`query ${name} is unknown to ${method} ${path}`);
      else
        faults.push(
          ...this.faults(
            coerced(value),
            objectAt(parameter, 'schema')['type'] ? objectAt(parameter, 'schema') : parameter,
            name,
          ),
        );
    }
    const ofBody = parameters.find((p) => p['in'] === 'body');
    const schema =
      ofBody === undefined
        ? objectAt(operation, 'requestBody', 'content', 'application/json', 'schema')
        : objectAt(ofBody, 'schema');
    if (body !== undefined) faults.push(...this.faults(body, schema, 'body'));
    return faults;
  }

  /** What is wrong with an answer. */
  responseFaults(method: string, path: string, status: number, body: unknown): string[] {
    const operation = this.#operation(method, path);
    if (operation === undefined || status >= 400) return [];
    const response = this.#resolve(objectAt(operation, 'responses')[String(status)]);
    if (Object.keys(response).length === 0) return [`${status} is no answer to ${method} ${path}`];
    const schema = objectAt(response, 'content', 'application/json', 'schema');
    return this.faults(body, Object.keys(schema).length === 0 ? objectAt(response, 'schema') : schema, 'answer');
  }

  #operation(method: string, path: string): Json | undefined {
    const templates = Object.keys(objectAt(this.#document, 'paths'));
    const template = templates
      .filter((t) => new RegExp(`^${t.replace(/\{[^}]+\}/g, '[^/]+')}$`).test(path))
      .toSorted((a, b) => (a.match(/\{/g)?.length ?? 0) - (b.match(/\{/g)?.length ?? 0))[0];
    const operation = objectAt(this.#document, 'paths', template ?? '')[method.toLowerCase()];
    return isObject(operation) ? operation : undefined;
  }

  #resolve(value: unknown): Json {
    const ref = isObject(value) ? value['$ref'] : undefined;
    if (typeof ref !== 'string') return objectAt(value);
    return this.#resolve(objectAt(this.#document, ...ref.replace('#/', '').split('/')));
  }

  /** Where `value` differs from `schema`, by path. Only what both kinds of document have in common is looked at. */
  faults(value: unknown, schemaOrRef: Json, at: string): string[] {
    const schema = this.#resolve(schemaOrRef);
    if (value === null)
      return schema['nullable'] === true || schema['x-nullable'] === true || schema['type'] !== 'integer'
        ? []
        : [`${at} is null`];
    const type = schema['type'];
    const actual = Array.isArray(value)
      ? 'array'
      : typeof value === 'number' && Number.isInteger(value)
        ? 'integer'
        : typeof value;
    if (typeof type === 'string' && type !== actual && !(type === 'number' && actual === 'integer'))
      return [`${at} is ${actual}, not ${type}`];
    if (Array.isArray(schema['enum']) && !schema['enum'].includes(value))
      return [`${at} is ${JSON.stringify(value)}, not one of ${schema['enum'].join(' ')}`];
    if (Array.isArray(value))
      return value.flatMap((entry, n) => this.faults(entry, objectAt(schema, 'items'), `${at}[${n}]`));
    if (!isObject(value)) return [];
    const properties = objectAt(schema, 'properties');
    const missing = (Array.isArray(schema['required']) ? schema['required'] : []).filter(
      (name) => !(String(name) in value),
    );
    const wrong = Object.entries(value).flatMap(([name, entry]) => {
      if (name in properties) return this.faults(entry, objectAt(properties, name), `${at}.${name}`);
      // The excerpt of GitHub's document is cut down more than its sample answers.
      const isOpen = Object.keys(properties).length === 0 || (/^answer[.[]/.test(at) && 'openapi' in this.#document);
      return isOpen ? [] : [`${at}.${name} is not in the API`];
    });
    return [...missing.map((name) => `${at}.${String(name)} is missing`), ...wrong];
  }
}

function coerced(value: string): unknown {
  if (/^\d+$/.test(value) && value.length < 16) return Number(value);
  return value === 'true' ? true : value === 'false' ? false : value;
}
