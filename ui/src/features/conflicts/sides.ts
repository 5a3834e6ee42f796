// The sides of a conflict as cards: what each says, line by line, and where they differ.

import type { Body, Choice, ConflictView, SideView } from "@/host/types";
import type { Format, Messages } from "@/messages";

export interface Line {
  key: string;
  label: string;
  /** Several where the content has several: the lines of a text, the steps of a plan. */
  texts: { text: string; differs: boolean }[];
  /** Text of the parties: kept as they have it. */
  isBlock: boolean;
}

export interface Card {
  id: string;
  letter: string;
  /** What was written, each with who wrote it when. */
  sides: { side: SideView; lines: Line[] }[];
}

/** What is needed to put a side into words. */
export interface Saying {
  messages: Messages;
  format: Format;
  sentence: (fact: Body | null) => string;
  /** The register the conflict is about, where it is about one. */
  field: string | null;
  today: string;
}

/** A register's value as people read it. */
export function sayValue(
  value: string | number | null,
  { messages, format, field }: Pick<Saying, "messages" | "format" | "field">,
): string {
  if (value === null || value === "") return messages.conflicts.empty;
  if (typeof value === "number") return field === "amount" ? format.money(value) : String(value);
  return field === "sex" && (value === "male" || value === "female")
    ? messages.words.sex[value]
    : value;
}

/** Contradictions that are settled by a way out set what happened on one computer against another. */
export function isAboutCourse(conflict: Pick<ConflictView, "kind">): boolean {
  return conflict.kind === "escalation" || conflict.kind === "session";
}

/** One card a side, or one card a computer where the course of things is in question. */
export function cardsOf(conflict: ConflictView, saying: Saying): Card[] {
  const groups = new Map<string, SideView[]>();
  conflict.sides.forEach((side, index) => {
    const id = isAboutCourse(conflict) ? (side.device?.id ?? side.by.id) : String(index);
    groups.set(id, [...(groups.get(id) ?? []), side]);
  });
  const { sides: letters, sideNumber } = saying.messages.conflicts;
  const cards = [...groups].map(([id, sides], index) => ({
    id,
    letter: letters[index] ?? sideNumber(index + 1),
    sides: sides.map((side) => ({ side, lines: linesOf(side, saying) })),
  }));
  if (!isAboutCourse(conflict)) {
    markDifferences(cards);
  }
  return cards;
}

function linesOf(side: SideView, saying: Saying): Line[] {
  const { lines: labels } = saying.messages.conflicts;
  const line = (key: string, label: string, texts: string[], isBlock = false): Line => ({
    key,
    label,
    texts: texts.map((text) => ({ text, differs: false })),
    isBlock,
  });
  const found: Line[] = [];
  if (side.at !== null) {
    found.push(line("at", labels.at, [saying.format.atLong(side.at)]));
  }
  if ("value" in side.choice) {
    found.push(line("value", labels.value, [sayValue(side.choice.value, saying)]));
  }
  if (side.fact?.kind === "agreement_reached") {
    const { form, amount_fen, plan, text } = side.fact.body;
    const { words } = saying.messages;
    found.push(line("form", labels.form, [words.agreementForm[form]]));
    if (amount_fen !== null) {
      found.push(line("amount", labels.amount, [saying.format.money(amount_fen)]));
    }
    if (plan.length > 0) {
      const steps = plan.map((step) =>
        labels.dueBy(
          step.amount_fen === null
            ? step.what
            : `${step.what} ${saying.format.money(step.amount_fen)}`,
          saying.format.dayShort(step.due, saying.today),
        ),
      );
      found.push(line("plan", labels.plan, steps));
    }
    found.push(line("text", labels.text, text.split("\n"), true));
  } else if (side.fact) {
    found.push(line("content", labels.content, [saying.sentence(side.fact)]));
  }
  return found;
}

/** Marks whatever one card says and another does not. */
function markDifferences(cards: Card[]): void {
  const said = cards.map(
    (card) =>
      new Set(
        card.sides.flatMap(({ lines }) =>
          lines.flatMap(({ key, texts }) => texts.map(({ text }) => `${key} ${text}`)),
        ),
      ),
  );
  cards.forEach((card, index) => {
    const others = said.filter((_, other) => other !== index);
    for (const { key, texts } of card.sides.flatMap(({ lines }) => lines)) {
      for (const piece of texts) {
        piece.differs = others.some((other) => !other.has(`${key} ${piece.text}`));
      }
    }
  });
}

/** What a choice names, in a few words: the value, or nothing for a fact, which its card shows. */
export function sayChoice(choice: Choice, cards: Card[], saying: Saying): string {
  if ("way" in choice) {
    const ways: Record<string, string> = saying.messages.words.way;
    return ways[choice.way] ?? choice.way;
  }
  const card = cards.find(({ sides }) => sides.some(({ side }) => isSame(side.choice, choice)));
  const value = "value" in choice ? sayValue(choice.value, saying) : "";
  return card ? saying.messages.conflicts.settlement.side(card.letter, value) : value;
}

export function isSame(a: Choice, b: Choice): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** The card of what was written first, where one was. */
export function firstCard(cards: Card[]): Card | null {
  const when = ({ sides }: Card) => {
    const side = sides[0]?.side;
    return side ? (side.at ?? new Date(side.recorded_ms).toISOString()) : "";
  };
  const [first, second] = [...cards].sort((a, b) => (when(a) < when(b) ? -1 : 1));
  return first && second && when(first) < when(second) ? first : null;
}
