import type { PropertyFacts } from '../account.ts';
import { type Finding, fine, problem, warning } from '../finding.ts';
import { optionalProperties } from '../optional-properties.ts';
import type { Patient } from '../patient.ts';
import { WANTED, type WantedProperty } from '../../records/wanted-properties.ts';

/** Whether each property that is read or written is there, and takes what is written. */
export async function checkProperties(patient: Patient, known: ReadonlySet<string>): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const [key, wanted] of Object.entries(WANTED)) {
    const type = patient.config.objectTypes[key as keyof typeof WANTED];
    if (type.id.startsWith('2-') && !known.has(type.id)) continue;
    const facts = new Map((await patient.account.properties(type)).map((each) => [each.name, each]));
    const wrong = wanted.flatMap((each) => judge(type.name, each, facts.get(each.name)));
    findings.push(
      ...wrong,
      ...optionalProperties(patient.config, key).map((each) => judgeOptional(each, facts.get(each.name))),
    );
    if (wrong.length === 0)
      findings.push(fine('properties', `All ${wanted.length} properties of ${type.name} are as they should be.`));
  }
  return findings;
}

function judge(type: string, wanted: WantedProperty, found: PropertyFacts | undefined): Finding[] {
  const { name, types, isUnique, isWritten, values = [] } = wanted;
  const subject = `The property ${name} of ${type}`;
  if (!found) {
    return [
      problem(
        'property-missing',
        `${subject} is missing.`,
        `Make it in HubSpot (Settings, Properties)${types ? `, as ${types[0]}` : ''}.`,
      ),
    ];
  }
  const isReadOnly = found.calculated || found.modificationMetadata?.readOnlyValue === true;
  const options = found.options.map(({ value }) => value);
  const missing = options.length > 0 ? values.filter((value) => !options.includes(value)) : [];
  return [
    ...(types && !types.includes(found.type)
      ? [problem('property-type', `${subject} is of type ${found.type}.`, `It has to be ${types.join(' or ')}.`)]
      : []),
    ...(isUnique && !found.hasUniqueValue
      ? [
          warning(
            'property-not-unique',
            `${subject} allows the same value twice.`,
            'Make it unique if it can be made anew: students are found by it.',
          ),
        ]
      : []),
    ...(isWritten && isReadOnly
      ? [
          problem(
            'property-read-only',
            `${subject} is read-only, and has to be written.`,
            'Allow it to be edited, or take its calculation away.',
          ),
        ]
      : []),
    ...(missing.length > 0
      ? [
          problem(
            'option-missing',
            `${subject} lacks the options ${missing.join(', ')}.`,
            'Add them in HubSpot: a booking that needs one is refused.',
          ),
        ]
      : []),
  ];
}

function judgeOptional(
  wanted: ReturnType<typeof optionalProperties>[number],
  found: PropertyFacts | undefined,
): Finding {
  const { name, setting, isSet, isUnique } = wanted;
  const fits = found?.type === 'string' && !found.calculated && (!isUnique || found.hasUniqueValue);
  if (fits && isSet) return fine('optional-property', `${setting} is set, and ${name} is as it should be.`);
  if (fits) return warning('optional-property-unused', `${name} is there and not used.`, `Set ${setting}=${name}.`);
  if (!isSet) {
    const what = isUnique ? 'lost creates are found later' : 'students wait for unanswered changes of credits';
    return warning(
      'optional-property-missing',
      `${setting} is not set: ${what}.`,
      'npm run doctor -- --make-properties makes it.',
    );
  }
  const kind = isUnique ? 'single-line text with unique values' : 'single-line text';
  return problem(
    'optional-property-wrong',
    `${setting} names ${name}, which is missing or is no ${kind}.`,
    `Make it as ${kind}, or unset ${setting}.`,
  );
}
