// Known tokens, third part: services with fewer users, clusters, wallets, password hashes. Formats as documented by the
// issuers and as public rule sets know them.
import { A, H, HX, ID, L, type Row, U, W } from './rule.ts';

/** chosen: hashes as crypt(3) and its successors write them; a password's hash can be tried offline. */
const CRYPT = '[A-Za-z0-9./]';
const PASSWORD_HASHES: readonly Row[] = [
  ['password-hash', '$2a$', `\\d\\d\\$${CRYPT}{53}`],
  ['password-hash', '$2b$', `\\d\\d\\$${CRYPT}{53}`],
  ['password-hash', '$2y$', `\\d\\d\\$${CRYPT}{53}`],
  ['password-hash', '$1$', `${CRYPT}{1,8}\\$${CRYPT}{22}`],
  ['password-hash', '$5$', `(?:rounds=\\d{1,9}\\$)?${CRYPT}{1,16}\\$${CRYPT}{43}`],
  ['password-hash', '$6$', `(?:rounds=\\d{1,9}\\$)?${CRYPT}{1,16}\\$${CRYPT}{86}`],
  ['password-hash', '$y$', `${CRYPT}{1,8}\\$${CRYPT}{1,86}\\$${CRYPT}{43}`],
  ['password-hash', '$apr1$', `${CRYPT}{1,8}\\$${CRYPT}{22}`],
  ['password-hash', '$argon2id$', `v=\\d{1,3}\\$[mtp=,\\d]{5,40}\\$[A-Za-z0-9+/]{8,88}\\$[A-Za-z0-9+/]{16,180}`],
  ['password-hash', '$argon2i$', `v=\\d{1,3}\\$[mtp=,\\d]{5,40}\\$[A-Za-z0-9+/]{8,88}\\$[A-Za-z0-9+/]{16,180}`],
  ['password-hash', 'pbkdf2_sha256$', `\\d{1,9}\\$[A-Za-z0-9]{8,64}\\$[A-Za-z0-9+/]{40,90}={0,2}`],
  ['password-hash', '{SSHA}', `[A-Za-z0-9+/]{32,90}={0,2}`],
  ['password-hash', 'SCRAM-SHA-256$', `\\d{1,9}:[A-Za-z0-9+/=]{8,40}\\$[A-Za-z0-9+/]{40,44}=?:[A-Za-z0-9+/]{40,44}=?`],
];

/** Clusters, networks, clouds. */
const PLATFORMS: readonly Row[] = [
  ['gitlab', 'GR1348941', `${W}{20,60}`],
  ['gitlab', 'glpat.', `${W}{20,300}`],
  ['gitea', 'gta_', `${HX}{40}`, 'l'],
  ['docker-swarm', 'SWMTKN-1-', `[a-z0-9]{50}-[a-z0-9]{25}`],
  ['k3s', 'K10', `${H}{64}::[a-z]{4,10}:${A}{16,64}`, 'lr'],
  ['docker-swarm', 'SWMKEY-1-', `[A-Za-z0-9+/]{40,50}`],
  ['k3s', 'K10', `${H}{64}::[a-z0-9:.-]{6,200}`, 'L'],
  ['vault', 's.', `${A}{24}`, 'Lr'],
  ['vault', 'b.AAAAA', `${W}{90,400}`, 'L'],
  ['boundary', 'at_', `${A}{10}_${A}{40,300}`, 'lr'],
  ['akamai', 'akab-', `${L}{16}-${L}{16}`],
  ['confluent', 'cflt', `[A-Za-z0-9+/]{60}`, 'l'],
  ['jetbrains', 'perm:', `[\\w+/=-]{4,120}\\.[\\w+/=-]{4,120}\\.${A}{20,80}`],
  ['jetbrains', 'perm-', `[\\w+/=-]{4,120}\\.[\\w+/=-]{4,120}\\.${A}{20,80}`],
  ['veracode', 'vera01', `[a-z]{2}-${ID}`],
  ['dnsimple', 'dnsimple_', `[au]_${A}{24,60}`],
  ['porkbun', 'pk1_', `${H}{64}`, 'l'],
  ['porkbun', 'sk1_', `${H}{64}`, 'l'],
  ['snowflake', 'ver:1-hint:', `\\d{6,20}-[A-Za-z0-9+/=]{40,600}`],
  ['tigris', 'tsec_', `[\\w+-]{40,90}`],
  ['tigris', 'tid_', `[A-Za-z0-9_-]{50,90}`, 'l'],
  ['jdcloud', 'JDC_', `${U}{28}`],
  ['localstack', 'ls-', `${W}{36,48}`, 'l'],
  ['mergify', 'mka_', `${W}{40,120}`, 'l'],
  ['mergify', 'mergify_application_key_', `${W}{40,120}`],
  ['trufflehog', 'thog-', `(?:key|secret|agent)-${A}{16,48}`],
  ['gitguardian', 'ggtt-', `[pvs]-${L}{10,80}`],
  ['valtown', 'vtwn_', `${A}{24,60}`],
  ['datastax', 'AstraCS:', `[\\w-]{12,60}:${H}{64}`],
  ['ngrok', 'cr_', `${A}{27}`, 'lr'],
];

/** Documents and keys of protocols: PASETO, SAML, secrets of TLS sessions, key files of signing tools. */
const PROTOCOLS: readonly Row[] = [
  ...['v1.local.', 'v2.local.', 'v3.local.', 'v4.local.', 'v1.public.', 'v2.public.', 'v3.public.', 'v4.public.'].map(
    (key): Row => ['paseto', key, `${W}{60,4000}(?:\\.${W}{1,400})?`, 'L'],
  ),
  ['saml', 'PHNhbWxw', `[A-Za-z0-9+/%=]{100,16000}`, 'L'],
  ['saml', 'PHNhbWwy', `[A-Za-z0-9+/%=]{100,16000}`, 'L'],
  ['tls-secret', 'CLIENT_RANDOM ', `${HX}{64} ${HX}{96}`],
  ['tls-secret', 'TRAFFIC_SECRET_0 ', `${HX}{64} ${HX}{64,96}`],
  ['tls-secret', 'EXPORTER_SECRET ', `${HX}{64} ${HX}{64,96}`],
  ['minisign', 'RWRTY0Iy', `[A-Za-z0-9+/]{100,300}={0,2}`, 'L'],
  ['dingtalk', 'SEC', `${H}{64}`, 'lr'],
];

/** Language models, search, media. */
const MODELS: readonly Row[] = [
  ['llamacloud', 'llx-', `${A}{40,60}`],
  ['upstage', 'up_', `${A}{28,40}`, 'lr'],
  ['neptune', 'eyJhcGlfYWRkcmVzcyI6', `[\\w+/=-]{40,600}`],
];

/** Payments, messages, work, identity. */
const SERVICES: readonly Row[] = [
  ['asaas', '$aact_', `[A-Za-z0-9+/=:-]{40,240}`],
  ['asaas', '$aach_', `[A-Za-z0-9+/=:-]{40,240}`],
  ['facebook', 'EAA', `[A-Z]${A}{80,400}`, 'L'],
  ['pinterest', 'pina_', `${A}{40,120}`],
  ['pinterest', 'pinr_', `[\\w.]{40,400}`],
  ['pubnub', 'sec-c-', `[A-Za-z0-9+/=-]{36,60}`],
  ['nylas', 'nyk_', `(?:v\\d_)?${A}{40,100}`],
  ['unleash', '*:', `[\\w-]{2,40}\\.${H}{40,64}`],
  ['unleash', 'default:', `[\\w-]{2,40}\\.${H}{40,64}`, 'l'],
  ['unleash', '[]:', `[\\w-]{2,40}\\.${H}{40,64}`],
  ['asana', '1/', `\\d{14,18}:${H}{32}`, 'L'],
  ['asana', '2/', `\\d{14,18}/\\d{14,18}:${H}{32}`, 'L'],
  ['evernote', 'S=s', `\\d{1,5}:U=[0-9a-f]{1,12}:[\\w:=-]{20,200}:H=${H}{32}`],
  ['coralogix', 'cxtp_', `${A}{24,60}`],
  ['coralogix', 'cxth_', `${A}{24,60}`],
  ['coralogix', 'cxup_', `${A}{24,60}`],
  ['svix', 'testsk_', `[\\w.]{20,60}`, 'l'],
  ['svix', 'sk_', `${A}{30,60}\\.(?:us|eu|in|ca|au)`, 'l'],
  ['liveblocks', 'sk_prod_', `${W}{20,120}`],
  ['liveblocks', 'sk_dev_', `${W}{20,120}`],
  ['censys', 'censys_', `${A}{6,30}_${A}{20,60}`],
  ['miro', 'eyJtaXJvLm9yaWdpbi', `[A-Za-z0-9]{8,30}_${W}{20,60}`],
  ['orbit', 'obu_', `${A}{20,60}`, 'l'],
  ['orbit', 'obp_', `${A}{20,60}`, 'l'],
  ['workato', 'wrkatp-', `[\\w.-]{30,1200}`],
  ['workato', 'wrkaus-', `[\\w.-]{30,1200}`],
  ['fullstory', 'na1.', `[A-Za-z0-9+/]{80,120}={0,2}`, 'l'],
  ['sindri', 'sindri_', `${W}{16,80}`],
  ['seam', 'seam_', `(?:apikey|at|cst)\\d?_${A}{20,80}`],
  ['seam', 'seam_', `${A}{8,20}_${A}{20,60}`],
  ['robinhood', 'rh-api-', ID],
  ['finage', 'API_KEY', `[0-9A-Z]{32}`, 'lr'],
  ['pushbullet', 'o.', `${A}{32}`, 'Lr'],
  ['dfuse', 'server_', `${H}{32}`, 'lr'],
  ['alchemy', 'alcht_', `${A}{30}`],
  ['blockfrost', 'mainnet', `${A}{32}`, 'lr'],
  ['blockfrost', 'preprod', `${A}{32}`, 'lr'],
  ['tatum', 't-', `${H}{24}-${H}{24}`, 'l'],
  ['wallet', 'xprv', `${A}{100,112}`, 'l'],
  ['wallet', 'tprv', `${A}{100,112}`, 'l'],
  ['nostr', 'nsec1', `[a-z0-9]{58}`, 'lr'],
  ['clerk', 'ak_live_', `${A}{20,80}`],
  ['clerk', 'ak_test_', `${A}{20,80}`],
  ['stigg', 'server-', ID, 'l'],
  ['ntfy', 'tk_', `[a-z0-9]{29}`, 'lr'],
  ['statuspage', 'OAuth ', `${H}{8}-${H}{4}-${H}{4}-${H}{4}-${H}{12}`],
  ['growthbook', 'secret_', `(?:admin|readonly|user|pat)_${W}{24,80}`],
  ['optimizely', '2:', `${W}{43}`, 'Lr'],
  ['revenuecat', 'sk_', `[A-Za-z]{28}`, 'lr'],
  ['onesignal', 'os_v2_', `[a-z]{2,8}_[a-z0-9]{60,120}`],
  ['shutterstock', 'v2/', `[A-Za-z0-9]{80,300}`, 'l'],
  ['spotify', 'BQ', `${W}{120,300}`, 'Lr'],
  ['imgix', 'ak_', `${H}{64}`, 'lr'],
  ['mercury', 'mercury_', `production_[\\w]{20,80}`],
  ['contentstack', 'cs', `${HX}{38}`, 'lr'],
  ['apollo-graphql', 'service:', `[\\w-]{1,60}:[\\w-]{22}`, 'l'],
  ['apollo-graphql', 'user:', `[a-z]{2}\\.[\\w-]{1,60}:[\\w-]{22}`, 'l'],
];

export const FURTHER_TOKENS: readonly Row[] = [...PASSWORD_HASHES, ...PLATFORMS, ...PROTOCOLS, ...MODELS, ...SERVICES];

/** First letters of a Discord user id in base64: each id is 17 to 19 digits, the first of which is no zero. */
const DISCORD_STARTS = [...'TjzDTjzDT']; // second letter for 1 to 9, by the low bits of the digit
const DISCORD_FIRST = [...'MMMNNNNOO'];
export const DISCORD_TOKENS: readonly Row[] = DISCORD_FIRST.flatMap((first, digit) =>
  [...'AEIMQUYcgk'].map(
    (third): Row => [
      'discord',
      `${first}${DISCORD_STARTS[digit] ?? ''}${third}`,
      `${A}{20,23}\\.${W}{6}\\.${W}{27,40}`,
      'L',
    ],
  ),
);
