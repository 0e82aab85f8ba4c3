import { createHmac } from 'node:crypto';
import type { Secret } from './secret.ts';

/** Gives a text a name that tells nothing of it to whoever does not have it, and is the same in all instances. */
export type Seal = (text: string) => string;

/** Keyed by what only the instances of one HubSpot account know. */
export function createSeal(token: Secret): Seal {
  return (text) => createHmac('sha256', token.reveal()).update(text).digest('base64url').slice(0, 22);
}
