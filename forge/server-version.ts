// Version numbers of servers, and what they decide.

/** The numbers of a version; minor is 0 where there is none. */
export interface ServerVersion {
  readonly major: number;
  readonly minor: number;
}

/** `1.27.0+dev-12-gabc` → 1.27. undefined for a version without numbers, which a self-made build can have. */
export function findServerVersion(text: string): ServerVersion | undefined {
  const match = /^v?(\d{1,4})(?:\.(\d{1,4}))?/.exec(text.trim());
  return match === null ? undefined : { major: Number(match[1]), minor: Number(match[2] ?? 0) };
}

/** Whether the server has what came with `major.minor`. A version without numbers is taken for a new one: asking then tells. */
export const isSince = (version: ServerVersion | undefined, major: number, minor: number): boolean =>
  version === undefined || version.major > major || (version.major === major && version.minor >= minor);
