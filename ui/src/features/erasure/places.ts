// What a place of a case is called in which somebody is taken out.

import type { RedactionPlace } from "@/host/types";
import type { Messages } from "@/messages";

/** The word of a kind of fact; a kind of a newer version under its own. */
function kindName(kind: string, { words }: Messages): string {
  return (words.factKind as Partial<Record<string, string>>)[kind] ?? kind;
}

export function placeName(place: RedactionPlace, messages: Messages): string {
  const { field, text, notesOf } = messages.redaction;
  if (place.kind === null) return text[place.name] ?? field[place.name] ?? place.name;
  const kind = kindName(place.kind, messages);
  return place.key.startsWith("text/") ? notesOf(kind) : kind;
}
