// A group of likely duplicates as a table: a case a column, and which lines differ.

import type { CaseLine, DuplicateGroupView } from "@/host/types";
import type { Format, Messages } from "@/messages";

export interface Row {
  key: keyof Messages["duplicates"]["fields"];
  values: string[];
  isDifferent: boolean;
}

/** What is compared, a line each. */
export function rowsOf(group: DuplicateGroupView, messages: Messages, format: Format): Row[] {
  const nothing = messages.duplicates.nothing;
  const read: Record<Row["key"], (line: CaseLine) => string> = {
    number: (line) => line.number,
    parties: (line) => messages.kit.list(line.parties),
    category: (line) => (line.category ? messages.words.category[line.category] : ""),
    place: (line) => line.place,
    registered: (line) => (line.registered ? format.day(line.registered) : ""),
    owner: (line) => line.owner?.name ?? "",
    state: (line) => messages.words.state[line.state],
  };
  // Every case has a number and a day of its own: that they differ says nothing.
  const telling: Row["key"][] = ["parties", "category", "place"];
  return (Object.keys(read) as Row["key"][]).map((key) => {
    const values = group.cases.map((line) => read[key](line) || nothing);
    return { key, values, isDifferent: telling.includes(key) && new Set(values).size > 1 };
  });
}

/** A case as a line of a choice. */
export function nameOf(line: CaseLine): string {
  return [line.number, line.title].filter(Boolean).join(" ");
}
