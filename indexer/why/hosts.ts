// Hosts and services that a line names: what several jobs can fail on together.

const URL_HOST = /\b[a-z][a-z0-9+.-]*:\/\/(?:[^\s/@]*@)?([\w.-]+)/gi;
const WITH_PORT = /\b((?:[a-z0-9](?:[\w-]*[a-z0-9])?\.)*[a-z][\w-]*[a-z0-9]|\d{1,3}(?:\.\d{1,3}){3}):\d{2,5}\b/gi;
/** Names with an ending that no file has. */
const NAMED =
  /\b((?:[a-z0-9](?:[\w-]*[a-z0-9])?\.)+(?:com|org|net|io|dev|app|cloud|local|internal|test|example|invalid|corp|lan|svc|cluster|edu|gov))\b/gi;
const AFTER_WORD =
  /\b(?:host|hostname|lookup|resolve|server|service|registry|endpoint|upstream|connect(?:ion)? to|dial(?: tcp)?)[ :="'“]+([a-z][\w-]*(?:[.-][\w-]+)+)\b/gi;
/** This machine, and what looks like a host and is a file with a line number. */
const NO_HOST =
  /^(?:localhost|127\.|0\.0\.0\.0|::1)|\.(?:[cm]?[jt]sx?|py|rb|go|rs|java|kt|cs?|cc|cpp|h|hpp|php|sh|ya?ml|json|toml|md|txt|log|xml|html?|css|lock)$/i;

/** Hosts named in a text, lower case, without ports. */
export function findHosts(text: string): readonly string[] {
  const found = new Set<string>();
  for (const pattern of [URL_HOST, WITH_PORT, NAMED, AFTER_WORD])
    for (const match of text.matchAll(pattern)) {
      const host = (match[1] as string).toLowerCase();
      if (host.length >= 4 && !NO_HOST.test(host)) found.add(host);
    }
  return [...found];
}
