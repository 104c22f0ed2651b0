// The name of a matrix leg from the job's key and its matrix values, as Actions servers build it.

/**
 * `test (20, linux)` of key `test` and `toJSON(matrix)`; the key alone for a job without a matrix (`null` or `{}`).
 * undefined when `json` is absent or not a matrix. A job with a `name:` of its own needs FIRSTRED_JOB instead.
 */
export function jobWithMatrix(key: string | undefined, json: string | undefined): string | undefined {
  if (key === undefined || json === undefined) return undefined;
  let matrix: unknown;
  try {
    matrix = JSON.parse(json);
  } catch {
    return undefined;
  }
  if (matrix === null) return key;
  if (typeof matrix !== 'object' || Array.isArray(matrix)) return undefined;
  const values = Object.values(matrix).flatMap(leaves);
  return values.length === 0 ? key : `${key} (${values.join(', ')})`;
}

/** The scalars of a value in order; servers show those of nested values too. */
function leaves(value: unknown): string[] {
  if (value === null || value === undefined) return [];
  if (typeof value === 'object') return Object.values(value).flatMap(leaves);
  return [String(value)];
}
