import type { Deps } from '../wiring/deps.ts';
import { escapeHtml, noteToProperties } from '../records/note.ts';

/** Writes a note onto a contact's timeline: a title and facts, each escaped. `lingerMs`: how long it may wait for others. */
export async function writeNote(
  deps: Deps,
  contactId: string,
  title: string,
  facts: Readonly<Record<string, string | undefined>>,
  lingerMs?: number,
): Promise<void> {
  const { notes, contacts } = deps.config.objectTypes;
  const lines = Object.entries(facts).flatMap(([name, value]) =>
    value === undefined ? [] : `${escapeHtml(name)}: ${escapeHtml(value)}`,
  );
  const html = [`<strong>${escapeHtml(title)}</strong>`, ...lines].join('<br>');
  const properties = noteToProperties(html, deps.clock.now());
  const note = { properties, associations: [{ to: contacts, id: contactId }], identity: Object.keys(properties) };
  await deps.hubspot.createObject(notes, note, lingerMs);
}
