// Candidate signatures of one log, computed without any baseline, so that the order in which logs arrive changes
// nothing. Which of them is the headline, and which are noise, is decided when asked, by base rates.
import { createHash } from 'node:crypto';
import type { ErrorKind } from './error-rule.ts';
import { TEMPLATE_VERSION } from './template-types.ts';

declare const signatureId: unique symbol;
/** `s<template version>:<13 characters>`: the same templates in the same order give the same id on every machine. */
export type SignatureId = string & { readonly [signatureId]: true };

/** What may stand for a failure of one log: one template, or an ordered few (a failed test and its message). */
export interface CandidateSignature {
  readonly id: SignatureId;
  /** Visible text of the line that shows it best, at most 300 characters. */
  readonly headline: string;
  /** Template hashes in order. */
  readonly templates: readonly number[];
  readonly rule: string;
  readonly kind: ErrorKind;
  /** 0..1, by rules alone. */
  readonly weight: number;
  readonly firstLine: number;
  readonly count: number;
  /** Line and text that show it, so that a later template version can re-resolve it. */
  readonly exemplar: { readonly line: number; readonly text: string };
}

/** Characters of a headline and of an exemplar (chosen: one screen line or two; a whole message). */
export const HEADLINE_CHARS = 300;
export const EXEMPLAR_CHARS = 1000;

/** Five bits each, in the order of the text: bytes and texts sort alike. */
export const SIGNATURE_ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
/** Of an id, behind its version. */
export const SIGNATURE_CHARACTERS = 13;

/** Id of the ordered template texts. 65 bits: two of a billion signatures meet with a chance of one in forty. */
export function signatureOf(templates: readonly string[]): SignatureId {
  const digest = createHash('sha256')
    .update(JSON.stringify([TEMPLATE_VERSION, ...templates]))
    .digest();
  return `s${TEMPLATE_VERSION}:${charactersAt(digest, 0)}` as SignatureId;
}

/** The characters of an id that stand in `bytes` from `bit` on. */
export function charactersAt(bytes: Uint8Array, bit: number): string {
  let text = '';
  for (let at = bit; at < bit + SIGNATURE_CHARACTERS * 5; at += 5) {
    const pair = ((bytes[at >> 3] ?? 0) << 8) | (bytes[(at >> 3) + 1] ?? 0);
    text += SIGNATURE_ALPHABET[(pair >> (11 - (at & 7))) & 31];
  }
  return text;
}

/** Reads a signature id that a person or a row gives; undefined if it is none. */
export const findSignatureId = (text: string): SignatureId | undefined =>
  /^s\d+:[0-9a-hjkmnp-tv-z]{13}$/.test(text) ? (text as SignatureId) : undefined;
