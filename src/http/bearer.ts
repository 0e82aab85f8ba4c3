import { createHash, timingSafeEqual } from 'node:crypto';
import type { Secret } from '../settings/config.ts';

/** Whether the request carries `Authorization: Bearer {secret}`; never when no secret is set. */
export function carriesBearer(request: Request, secret: Secret | undefined): boolean {
  if (!secret) return false;
  return equalInConstantTime(request.headers.get('authorization') ?? '', `Bearer ${secret.reveal()}`);
}

/** Compared by digest, so that neither content nor length shows in the time it takes. */
export function equalInConstantTime(left: string, right: string): boolean {
  return timingSafeEqual(digest(left), digest(right));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
