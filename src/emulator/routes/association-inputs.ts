import { z } from 'zod';
import type { Account } from '../account.ts';
import { badRequest } from '../errors.ts';
import {
  associationTypesBetween,
  type AssociationType,
  defaultAssociationType,
  type ObjectTypeDefinition,
} from '../portal.ts';
import { IdInput } from '../route.ts';

export const AssociationSpec = z.object({
  associationCategory: z.enum(['HUBSPOT_DEFINED', 'USER_DEFINED', 'INTEGRATOR_DEFINED', 'WORK']),
  associationTypeId: z.number().int(),
});

/** `associations` of a create. */
export const AssociationInputs = z
  .array(z.object({ to: z.object({ id: IdInput }), types: z.array(AssociationSpec).min(1) }))
  .default([]);

/**
 * The association types of that direction a write names. An id of the opposite direction is taken and yields a link
 * that no list shows, as was seen on the real account: it is dropped here. An unknown id is a 400.
 */
export function resolveTypes(
  account: Account,
  from: string,
  to: string,
  specs: readonly z.infer<typeof AssociationSpec>[],
): AssociationType[] {
  const forward = associationTypesBetween(account.portal, from, to);
  const backward = associationTypesBetween(account.portal, to, from);
  return specs.flatMap(({ associationTypeId }) => {
    const type = forward.find(({ typeId }) => typeId === associationTypeId);
    if (!type && !backward.some(({ typeId }) => typeId === associationTypeId)) {
      throw badRequest(`One or more association types are not valid: ${associationTypeId} from ${from} to ${to}`);
    }
    return type ?? [];
  });
}

/** The type the record at the other end belongs to: inline inputs name it only through their association type. */
function targetType(account: Account, from: ObjectTypeDefinition, typeId: number): ObjectTypeDefinition {
  const type = account.portal.associationTypes.find((candidate) => candidate.typeId === typeId);
  if (!type) throw badRequest(`One or more association types are not valid: ${typeId}`);
  return account.objectType(type.from === from.typeId ? type.to : type.from);
}

/**
 * Checks a create's inline associations and returns what ties the new record to them; nothing is stored before every
 * one of them is known to be valid.
 */
export function associateInline(
  account: Account,
  from: ObjectTypeDefinition,
  inputs: z.infer<typeof AssociationInputs>,
  now: number,
): (fromId: string) => void {
  const planned = inputs.flatMap(({ to, types }) =>
    types.flatMap((spec) => {
      const target = targetType(account, from, spec.associationTypeId);
      const record = account.records.get(target, to.id);
      if (!record) {
        throw badRequest(`No ${target.name} with id ${to.id} exists to associate with`);
      }
      const resolved = resolveTypes(account, from.typeId, target.typeId, [spec]);
      return resolved.flatMap((type) =>
        [type, ...withDefault(account, type)].map((each) => ({ type: each, toId: record.id })),
      );
    }),
  );
  return (fromId) => {
    for (const { type, toId } of planned) account.associations.add(type, fromId, toId, now);
  };
}

/** A labelled association always brings the unlabelled one with it. */
export function withDefault(account: Account, type: AssociationType): AssociationType[] {
  const unlabelled = type.label === null ? undefined : defaultAssociationType(account.portal, type.from, type.to);
  return unlabelled ? [unlabelled] : [];
}
