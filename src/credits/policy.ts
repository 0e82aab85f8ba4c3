import type { MockType } from '../contract/fields.ts';
import { type CreditField, type HeldCredits, usableCredits } from '../records/contact.ts';

/** The credit a type of exam is paid with: its own first and, where there is one, the shared one. */
const CREDITS_OF: Record<MockType, { specific: CreditField; shared: CreditField | null }> = {
  'Situational Judgment': { specific: 'sj_credits', shared: 'shared_mock_credits' },
  'Clinical Skills': { specific: 'cs_credits', shared: 'shared_mock_credits' },
  'Mini-mock': { specific: 'sjmini_credits', shared: null },
};

export interface CreditBreakdown {
  specific_credits: number;
  shared_credits: number;
}

/** What a student can pay an exam of that type with. */
export function creditsFor(mockType: MockType, credits: HeldCredits): CreditBreakdown {
  const { specific, shared } = CREDITS_OF[mockType];
  const usable = usableCredits(credits);
  return { specific_credits: usable[specific], shared_credits: shared === null ? 0 : usable[shared] };
}

/** The credit an exam of that type is paid with; null when the student has none that fits. */
export function choosePayment(mockType: MockType, credits: HeldCredits): CreditField | null {
  const { specific, shared } = CREDITS_OF[mockType];
  const usable = usableCredits(credits);
  if (usable[specific] > 0) return specific;
  return shared !== null && usable[shared] > 0 ? shared : null;
}
