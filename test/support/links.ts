import type { World } from './world.ts';

/** An object type and a record's id. */
type End = readonly [type: string, id: string];

/** Associates two records as somebody in HubSpot's own pages would, now: it shows when the lag is over. */
export function link({ emulator }: World, from: End, to: End): void {
  const { associations, portal } = emulator.account;
  const type = portal.associationTypes.find((each) => each.from === from[0] && each.to === to[0] && !each.label);
  if (!type) throw new Error(`there is no association from ${from[0]} to ${to[0]}`);
  associations.add(type, from[1], to[1], emulator.clock.now());
}

/** Takes the association away again, now. */
export function unlink({ emulator }: World, from: End, to: End): void {
  emulator.account.associations.remove([...from], [...to], emulator.clock.now());
}
