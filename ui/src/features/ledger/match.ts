// Which words of a search stand where in a line of the ledger.

import type { CaseLine } from "@/host/types";

export interface Piece {
  text: string;
  isMatch: boolean;
}

/** The words of a search, as the program splits them. */
export function wordsOf(query: string): string[] {
  return query.trim().split(/\s+/).filter(Boolean);
}

/** Cuts a text at the words that are found in it. */
export function cut(text: string, words: readonly string[]): Piece[] {
  const lower = text.toLowerCase();
  const marks = new Array<boolean>(text.length).fill(false);
  for (const word of words) {
    const wanted = word.toLowerCase();
    for (let at = lower.indexOf(wanted); at >= 0; at = lower.indexOf(wanted, at + 1)) {
      marks.fill(true, at, at + wanted.length);
    }
  }
  const pieces: Piece[] = [];
  for (const [index, character] of Array.from(text, (c, i) => [i, c] as const)) {
    const isMatch = marks[index] ?? false;
    const last = pieces.at(-1);
    if (last && last.isMatch === isMatch) {
      last.text += character;
    } else {
      pieces.push({ text: character, isMatch });
    }
  }
  return pieces;
}

/** The title without the names that stand in the column beside it. */
export function matterOf(line: CaseLine): string {
  const names = line.parties.join("与");
  const rest = line.title.startsWith(names) ? line.title.slice(names.length) : line.title;
  return rest === "" ? line.title : rest;
}
