// The first questions of a log's address, asked before the code that draws the answers is here.

/** chosen: five screens; a frame of the store holds some thousand lines. */
export const PIECE_LINES = 250;

/** Where lines `[first, last]` of a log are asked for. */
export const linesUrl = (logId: string, first: number, last: number): string =>
  `/api/logs/${logId}/lines?from=${first}&to=${last}`;

const asked = new Map<string, Promise<Response>>();

/** Asks for a log and the piece of it that its address names. With a token in the address the door comes first. */
export function askEarly({ pathname, hash }: Pick<Location, 'pathname' | 'hash'>): void {
  const [, logId] = /^\/log\/(L[0-9a-z]+)$/.exec(pathname) ?? [];
  if (logId === undefined || hash.startsWith('#token=')) return;
  const [, line = '1'] = /^#L?(\d{1,12})/.exec(hash) ?? [];
  const piece = Math.floor((Math.max(1, Number(line)) - 1) / PIECE_LINES);
  for (const url of [`/api/logs/${logId}`, linesUrl(logId, piece * PIECE_LINES + 1, (piece + 1) * PIECE_LINES)]) {
    const answer = fetch(url, { credentials: 'same-origin' });
    answer.catch(() => undefined); // whoever takes it hears of that
    asked.set(url, answer);
  }
}

/** The answer that was asked for early; each is taken once. */
export function takeEarly(url: string): Promise<Response> | undefined {
  const answer = asked.get(url);
  asked.delete(url);
  return answer;
}
