// Which variables of a job's environment hold secrets, by their names. Takes the environment as an argument.

import { reasonNotMasked } from './mask/told.ts';
import type { ToldValue } from './mask.ts';

const SECRET_NAME =
  /pass|pwd|secret|token|api_?key|private|credential|cred(?:s|$)|auth|signing|encrypt|_key|key$|dsn|cookie|salt|_pat$|webhook|connection_?string|session|bearer|jwt|license|cert_data/i;
/** What the name says is about a secret, or public. */
const ABOUT =
  /(?:^|_)(?:path|pwd|oldpwd)$|(?:path|file|dir|name|id|type|ttl|limit|count|enabled|version|algorithm|host|port|region|mode|timeout|user|username|email|expires|url_base|prefix)$/i;
const NEVER =
  /^(?:path|pwd|oldpwd|ssh_auth_sock|npm_package_.*|npm_lifecycle_.*|gpg_agent_info|xauthority|dbus_session.*|xdg_session.*|session_?manager|desktop_session|gdmsession|terminal_?session.*|term_session_id|authority|author.*|git_author.*|git_committer.*|keyboard.*|.*_public_key|public_key.*|monkey.*|.*_cache_key|npm_config_(?:cache|prefix|user_?agent|globalconfig|userconfig|init_module|node_gyp|noproxy|local_prefix|global_prefix|npm_version))$/i;
const URL_NAME = /(?:url|uri|dsn|proxy|connection_?string|endpoint|broker|server)s?$/i;
const USER_INFO = /^[a-z][a-z0-9+.-]{1,30}:\/\/([^:@/\s]*)(?::([^@/\s]*))?@/i;

/** The password (or lone token) in a URL's user info, as it stands and decoded. */
function userInfoValues(name: string, value: string): ToldValue[] {
  const match = USER_INFO.exec(value);
  const secret = match?.[2] ?? match?.[1] ?? '';
  if (secret === '' || secret === 'git') return [];
  let decoded = secret;
  try {
    decoded = decodeURIComponent(secret);
  } catch {
    // not percent-encoded: the text as it stands is all there is
  }
  return decoded === secret
    ? [{ name, value: secret }]
    : [
        { name, value: secret },
        { name, value: decoded },
      ];
}

/** True for an address without a secret of its own: a password in it is told apart. */
const isPlainAddress = (value: string): boolean => /^[a-z][a-z0-9+.-]{1,30}:\/\//i.test(value);

/**
 * Values of variables whose names look like secrets, and passwords inside addresses of any variable. Values that cannot
 * be masked are among them: {@link notMaskable} names those, so that a command can say so once.
 */
export function toldValuesOf(environment: Readonly<Record<string, string | undefined>>): ToldValue[] {
  const told: ToldValue[] = [];
  for (const [name, value] of Object.entries(environment)) {
    if (value === undefined || value === '') continue;
    const inAddress = userInfoValues(name, value);
    told.push(...inAddress);
    if (!SECRET_NAME.test(name) || NEVER.test(name) || ABOUT.test(name)) continue;
    if (isPlainAddress(value) && (inAddress.length > 0 || (URL_NAME.test(name) && !/webhook/i.test(name)))) continue;
    if (/^[/~.]/.test(value) && /^[\w./~@+-]{1,300}$/.test(value) && value.includes('/')) continue; // a path
    told.push({ name, value });
  }
  return told;
}

/** Told values that are left unmasked (too short, a common word), by name, with the reason; the values stay unsaid. */
export function notMaskable(told: readonly ToldValue[]): { readonly name: string; readonly reason: string }[] {
  const found: { name: string; reason: string }[] = [];
  for (const { name, value } of told) {
    const reason = reasonNotMasked(value);
    if (reason !== undefined) found.push({ name, reason });
  }
  return found;
}
