// All error rules in the order in which they are tried: the first that matches gives a line its weight.
import type { BenignRule, ErrorRule } from './error-rule.ts';
import { BENIGN_RULES as BENIGN } from './error-rules-benign.ts';
import { COMPILER_RULES, CRASH_RULES } from './error-rules-code.ts';
import { EXIT_RULES } from './error-rules-exit.ts';
import { LEVEL_LANGUAGE_RULES, PHRASE_LANGUAGE_RULES, SYSTEM_LANGUAGE_RULES } from './error-rules-languages.ts';
import { SUMMARY_RULES, TEST_RULES } from './error-rules-test.ts';
import { LEVEL_RULES, PHRASE_RULES, SYSTEM_RULES } from './error-rules-text.ts';

export const ERROR_RULES: readonly ErrorRule[] = [
  ...EXIT_RULES,
  ...COMPILER_RULES,
  ...CRASH_RULES,
  ...TEST_RULES,
  ...SYSTEM_RULES,
  ...SYSTEM_LANGUAGE_RULES,
  ...SUMMARY_RULES,
  ...LEVEL_RULES,
  ...LEVEL_LANGUAGE_RULES,
  ...PHRASE_RULES,
  ...PHRASE_LANGUAGE_RULES,
];

export const BENIGN_RULES: readonly BenignRule[] = BENIGN;
