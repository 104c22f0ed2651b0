// All rules for known tokens, with those whose fixed text stands in the middle or at the end of the token.
import { A, B, H, HX, ID, ruleOf, type TokenRule } from './rule.ts';
import { INFRASTRUCTURE_TOKENS } from './tokens-a.ts';
import { SERVICE_TOKENS } from './tokens-b.ts';
import { DISCORD_TOKENS, FURTHER_TOKENS } from './tokens-c.ts';

/** Written into every manifest; raised with every change of what is masked, so that `rescan` knows what is older. */
export const RULES_VERSION = '2026.5';

type InnerRow = readonly [
  id: string,
  back: readonly [number, number],
  head: string,
  key: string,
  tail: string,
  edges?: string,
];

/** Fixed text inside the token: what is before it, the text, what is after it. */
const INNER: readonly InnerRow[] = [
  ['azure-ad', [4, 4], '[\\w.~]{3}\\d', 'Q~', '[\\w.~-]{31,37}'],
  ['azure-devops', [76, 76], `${A}{76}`, 'AZDO', `${A}{4}`, 'r'],
  ['azure-key', [76, 76], `${B}{76}`, 'APIM', `${B}{5}[AQgw]==`],
  ['azure-key', [76, 76], `${B}{76}`, 'ACDb', `${B}{5}[AQgw]==`],
  ['azure-key', [76, 76], `${B}{76}`, '+ASt', `${B}{5}[AQgw]==`],
  ['azure-key', [76, 76], `${B}{76}`, '+AMC', `${B}{5}[AQgw]==`],
  ['azure-key', [76, 76], `${B}{76}`, '+ABa', `${B}{5}[AQgw]==`],
  ['azure-key', [33, 33], `${B}{33}`, 'AIoT', `${B}{6}=`],
  ['azure-key', [33, 33], `${B}{33}`, '+ASb', `${B}{6}=`],
  ['azure-key', [33, 33], `${B}{33}`, '+AEh', `${B}{6}=`],
  ['azure-key', [33, 33], `${B}{33}`, '+ARm', `${B}{6}=`],
  ['azure-key', [42, 44], `[\\w-]{42,44}`, 'AzFu', `[\\w-]{5}[AQgw]==`],
  ['azure-key', [42, 42], `${A}{42}`, 'AzSe', `[ACDQ]?${A}{5,6}`],
  ['azure-key', [42, 42], `${B}{42}`, '+ACR', `${A}{6}`],
  ['azure-key', [33, 33], `${A}{33}`, 'AzCa', `${A}{6}=`],
  ['azure-key', [52, 52], `${A}{52}`, 'JQQJ99', `${A}{20,30}`],
  ['azure-key', [52, 52], `${A}{52}`, 'JQQJAA', `${A}{20,30}`],
  ['laravel', [1, 8], '\\d{1,8}', '|', `${A}{40,60}`, 'lr'],
  ['facebook', [15, 17], '\\d{15,17}', '|', '[\\w-]{27}', 'lr'],
  ['terraform', [14, 14], `${A}{14}`, '.atlasv1.', '[\\w=-]{60,70}'],
  ['maxmind', [36, 36], `${A}{6}_${A}{29}`, '_mmk', '', 'r'],
  ['mailchimp', [32, 32], `${H}{32}`, '-us', '\\d{1,2}', 'lr'],
  ['telegram', [8, 10], '\\d{8,10}', ':AA', '[\\w-]{32,33}', 'lr'],
  ['deepl', [36, 36], ID, ':fx', '', 'lr'],
  ['rapidapi', [10, 10], `${HX}{10}`, 'msh', `${HX}{15}p1${HX}{5}jsn${HX}{12}`, 'lr'],
  ['newrelic', [36, 36], `${HX}{36}`, 'NRAL', '', 'lr'],
  ['newrelic', [36, 36], `${HX}{36}`, 'FFFF', 'NRAL', 'lr'],
  ['bitwarden', [0, 0], '', '0.', `${ID}\\.${A}{30}:[A-Za-z0-9+/=]{24,32}`, 'l'],
  ['openai', [23, 23], `sk-${A}{20}`, 'T3BlbkFJ', `${A}{20}`],
];

const innerRuleOf = ([id, back, head, key, tail, edges = '']: InnerRow): TokenRule => ({
  id,
  key,
  tail,
  edges,
  back,
  head,
  keep: 0,
});

/** Every rule, in a fixed order. */
export const TOKEN_RULES: readonly TokenRule[] = [
  ...INFRASTRUCTURE_TOKENS.map(ruleOf),
  ...SERVICE_TOKENS.map(ruleOf),
  ...FURTHER_TOKENS.map(ruleOf),
  ...DISCORD_TOKENS.map(ruleOf),
  ...INNER.map(innerRuleOf),
];
