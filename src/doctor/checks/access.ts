import { HubSpotError, isTokenRejected } from '../../hubspot/errors.ts';
import { type Finding, fine, problem, warning } from '../finding.ts';
import type { Patient } from '../patient.ts';

/** Scopes by what they are needed for. */
const SCOPES = {
  needed: {
    'crm.objects.contacts.read': 'reading students and their credits',
    'crm.objects.contacts.write': 'taking and returning credits, and writing notes',
    'crm.objects.custom.read': 'reading bookings, sessions and enrollments',
    'crm.objects.custom.write': 'making and cancelling bookings, and correcting counts',
  },
  helpful: { 'crm.schemas.custom.read': 'finding object types and properties; without it the doctor sees less' },
};

const MAKE_SCOPE =
  'Add it to the private app (HubSpot: Settings, Integrations, Private Apps, Scopes), then use its new token.';

/** Whether the token is HubSpot's, and may do what is needed. */
export async function checkAccess({ account }: Patient): Promise<Finding[]> {
  try {
    const { hubId, scopes } = await account.tokenInfo();
    const missing = Object.entries(SCOPES.needed).filter(([name]) => !scopes.includes(name));
    const useful = Object.entries(SCOPES.helpful).filter(([name]) => !scopes.includes(name));
    return [
      fine('token', `The token belongs to HubSpot account ${hubId}.`),
      ...missing.map(([name, what]) => problem('scope-missing', `The scope ${name} is missing: ${what}.`, MAKE_SCOPE)),
      ...useful.map(([name, what]) => warning('scope-missing', `The scope ${name} is missing: ${what}.`, MAKE_SCOPE)),
      ...(missing.length === 0 ? [fine('scopes', 'The token has all scopes that are needed.')] : []),
    ];
  } catch (error) {
    if (!(error instanceof HubSpotError) || !isTokenRejected(error)) throw error;
    const fix = 'Copy the access token of the private app anew into HS_PRIVATE_APP_TOKEN.';
    return [problem('token-rejected', 'HubSpot rejects the token.', fix)];
  }
}
