// Not known: an answer too. Says what failed and what more would be needed to say why.

import { countText } from '../../store/count-text.ts';
import type { Hypothesis } from '../why/question.ts';
import { failureEvidence, quote, type WhyView } from '../why/view.ts';

/** The hypothesis that none of the others convinces. */
export function explainUnknown(view: WhyView, confidence: number): Hypothesis {
  const { failure, greens, siblingGreens } = view;
  const lacks: string[] = [];
  if (greens.length === 0) lacks.push('a green attempt of this job to compare with');
  else if (siblingGreens === 0) lacks.push('a green attempt of the same SHA');
  if (greens.length === 1)
    lacks.push('more than one green attempt: with one, what is absent here may be absent by chance');
  const what =
    failure.line === undefined
      ? 'Nothing in this log is new against the green attempts'
      : `It failed with ${quote(failure.text)}`;
  const need =
    lacks.length === 0
      ? `${countText(greens.length, 'green attempt')} show nothing that comes with the failure more often than by chance`
      : `it would need ${lacks.join(', and ')}`;
  return {
    mechanism: 'unknown',
    confidence,
    sentence: `${what}; why is not known: ${need}.`,
    evidence: failureEvidence(view),
    facts: { greens: greens.length, siblingGreens },
  };
}
