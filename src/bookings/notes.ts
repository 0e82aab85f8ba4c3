import type { Deps } from '../deps.ts';
import { escapeHtml, noteToProperties } from '../records/note.ts';

/** Writes a note onto a contact's timeline: a title and facts, each escaped. */
export async function writeNote(
  deps: Deps,
  contactId: string,
  title: string,
  facts: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  const { notes, contacts } = deps.config.objectTypes;
  const lines = Object.entries(facts).flatMap(([name, value]) =>
    value === undefined ? [] : `${escapeHtml(name)}: ${escapeHtml(value)}`,
  );
  const html = [`<strong>${escapeHtml(title)}</strong>`, ...lines].join('<br>');
  await deps.hubspot.createObject(notes, {
    properties: noteToProperties(html, deps.clock.now()),
    associations: [{ to: contacts, id: contactId }],
  });
}
