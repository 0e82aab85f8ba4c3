import { HubSpotError } from '../hubspot/errors.ts';
import { checkAccess } from './checks/access.ts';
import { checkAssociations } from './checks/associations.ts';
import { checkData } from './checks/data.ts';
import { checkLimits } from './checks/limits.ts';
import { checkObjectTypes } from './checks/object-types.ts';
import { checkProperties } from './checks/properties.ts';
import { checkWebhook } from './checks/webhook.ts';
import type { Finding } from './finding.ts';
import type { Patient } from './patient.ts';

/** What came of an examination. */
export interface Examination {
  findings: Finding[];
  /** What could not be looked at, and why. */
  failures: { check: string; reason: string }[];
}

/** Looks at an account, check by check, and writes nothing. One that fails does not keep the others from being made. */
export async function examine(patient: Patient): Promise<Examination> {
  const examination: Examination = { findings: [], failures: [] };
  const look = async (check: string, work: () => Promise<Finding[]>) => {
    try {
      examination.findings.push(...(await work()));
    } catch (error) {
      if (!(error instanceof HubSpotError)) throw error;
      examination.failures.push({ check, reason: error.message });
    }
  };
  await look('access', async () => checkAccess(patient));
  if (examination.findings.some(({ code }) => code === 'token-rejected')) return examination;
  let known: ReadonlySet<string> | undefined;
  await look('object types', async () => {
    const { findings, known: there } = await checkObjectTypes(patient);
    known = there;
    return findings;
  });
  const types = known ?? new Set(Object.values(patient.config.objectTypes).map(({ id }) => id));
  await look('properties', async () => checkProperties(patient, types));
  await look('associations', async () => checkAssociations(patient, types));
  await look('data', async () => checkData(patient, types));
  await look('limits', async () => checkLimits(patient));
  await look('webhook', async () => checkWebhook(patient));
  return examination;
}

/** 0: nothing to mend. 1: problems. 2: something could not be looked at. */
export function exitCodeOf({ findings, failures }: Examination): 0 | 1 | 2 {
  if (findings.some(({ severity }) => severity === 'problem')) return 1;
  return failures.length > 0 ? 2 : 0;
}

const SIGNS = { problem: '✗', warning: '!', fine: '✓' };

/** An examination for a terminal: what is fine first, what has to be mended last. */
export function describe({ findings, failures }: Examination): string {
  const order = ['fine', 'warning', 'problem'] as const;
  const lines = order.flatMap((severity) =>
    findings
      .filter((finding) => finding.severity === severity)
      .flatMap(({ text, fix, code }) => [
        `${SIGNS[severity]} ${text}`,
        ...(fix === '' ? [] : [`    ${fix} [${code}]`]),
      ]),
  );
  const failed = failures.map(({ check, reason }) => `? ${check} could not be looked at: ${reason}`);
  const count = (severity: Finding['severity']) => findings.filter((finding) => finding.severity === severity).length;
  const verdict = `${count('problem')} problems, ${count('warning')} warnings${failures.length > 0 ? `, ${failures.length} checks failed` : ''}.`;
  return [...lines, ...failed, '', verdict].join('\n');
}
