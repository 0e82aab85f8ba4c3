import { signV3 } from '../../http/hubspot-signature.ts';
import { type Finding, fine, problem, warning } from '../finding.ts';
import type { Patient } from '../patient.ts';

const PATH = '/api/webhooks/booking-sync';
const PATIENCE_MS = 10_000;

/** Whether the address that HubSpot is to post to answers, and believes HubSpot's signature. An empty list changes nothing. */
export async function checkWebhook({ config, clock }: Patient): Promise<Finding[]> {
  const { publicUrl, webhookSecrets } = config.http;
  const [secret] = webhookSecrets;
  if (!publicUrl) {
    const fix = 'Set PUBLIC_URL to the address HubSpot reaches this API at, and look again.';
    return [warning('webhook-unknown', 'PUBLIC_URL is not set, so the webhook target is not known.', fix)];
  }
  const url = `${publicUrl.replace(/\/+$/, '')}${PATH}`;
  const timestamp = String(clock.now());
  const signature = secret && signV3(secret.reveal(), { method: 'POST', url, body: Buffer.from('[]') }, timestamp);
  try {
    const response = await fetch(url, {
      method: 'POST',
      redirect: 'manual',
      signal: AbortSignal.timeout(PATIENCE_MS),
      headers: {
        'Content-Type': 'application/json',
        ...(signature ? { 'X-HubSpot-Signature-v3': signature, 'X-HubSpot-Request-Timestamp': timestamp } : {}),
      },
      body: '[]',
    });
    await response.arrayBuffer();
    return [judge(response.status, secret !== undefined)];
  } catch (error) {
    const reason = error instanceof Error ? error.name : 'unknown';
    return [
      problem(
        'webhook-unreachable',
        `The webhook target does not answer (${reason}).`,
        'Deploy first, and check PUBLIC_URL.',
      ),
    ];
  }
}

function judge(status: number, isSigned: boolean): Finding {
  const secretFix = 'Set HUBSPOT_WEBHOOK_SECRET here and in the deployment to the client secret of the HubSpot app.';
  if (status === 200) return fine('webhook', 'The webhook target answers, and believes HubSpot’s signature.');
  if (status !== 401)
    return problem(
      'webhook-wrong',
      `The webhook target answers ${status}.`,
      'Check PUBLIC_URL: another server answers there.',
    );
  if (isSigned)
    return problem('webhook-secret', 'The webhook target does not believe a signature by this secret.', secretFix);
  return warning(
    'webhook-unsigned',
    'The webhook target answers; without a secret its signature was not tried.',
    secretFix,
  );
}
