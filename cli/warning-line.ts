// The line by which a step of a job tells its CI server of a problem without failing.
import { showText } from '../store/visible-text.ts';

/** chosen: a few sentences; servers show such a line above the log. */
const MAX_CHARS = 1500;

/** `::warning::firstred: …`, one line whatever `text` holds. A percent sign would begin an escape of the server's. */
export function warningLine(text: string): string {
  const line = showText(text.trim().replaceAll(/\s+/g, ' '));
  const short = line.length > MAX_CHARS ? `${line.slice(0, MAX_CHARS)}…` : line;
  return `::warning::firstred: ${short.replaceAll('%', '%25')}\n`;
}
