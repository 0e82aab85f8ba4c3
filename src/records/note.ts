/** The properties of a timeline note; its body is HTML. */
export function noteToProperties(html: string, epochMs: number): Record<string, string> {
  return { hs_timestamp: String(epochMs), hs_note_body: html };
}

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Text as it may stand in a note's HTML, its lines kept apart. */
export function escapeHtml(text: string): string {
  const escaped = text.replaceAll(/[&<>"']/g, (character) => ESCAPES[character] ?? character);
  return escaped.replaceAll(/\r\n?|\n/g, '<br>');
}
