// What a case has that an act may be about, as options of a field.

import type { CardView, CaseView, ClockView, EventView, NoticeView } from "@/host/types";
import type { Format, Messages } from "@/messages";

export type RecordsOf = "openCards" | "lapsedCards" | "reports" | "notices";

/** Cards that stand and wait for an answer. */
export function openCards(view: CaseView): CardView[] {
  return view.cards.filter((card) => !card.is_withdrawn && card.answered === null);
}

/** Cards that were handed over and do not hold. */
export function lapsedCards(view: CaseView): CardView[] {
  return view.cards.filter((card) => card.needs_correction);
}

/** Reports to the police: each makes one notice. */
export function reports(view: CaseView): EventView[] {
  const found = view.notices.flatMap((notice) => notice.about);
  const byId = new Map(
    found
      .filter((event) => event.fact?.kind === "reported_to_police")
      .map((event) => [event.id, event]),
  );
  return [...byId.values()];
}

/** What a unit has not taken note of yet. */
export function openNotices(view: CaseView, unit: string | undefined): NoticeView[] {
  return view.notices.filter((notice) => !notice.acknowledged && notice.unit.id === unit);
}

/** Whether a report to the police comes before anything else. */
export function mustReport(view: CaseView): boolean {
  return view.notices.some((notice) => notice.why.rule === "report_first");
}

/** Deadlines somebody may extend: mediation by both sides, a petition by the head of the centre. */
export function extensibleClocks(view: CaseView): ClockView[] {
  return view.clocks.filter(
    ({ kind, stopped }) =>
      stopped === null && (kind === "mediation" || kind === "petition_handling"),
  );
}

export interface Saying {
  messages: Messages;
  format: Format;
  today: string;
  unit: string | undefined;
}

export function cardName(card: CardView, { messages, format, today }: Saying): string {
  const { cardColour, clockKind } = messages.words;
  const what = messages.clocks.cards.for(clockKind[card.clock]);
  return [cardColour[card.colour], what, format.at(card.at, today)].join(" · ");
}

function reportName({ at, fact }: EventView, { format, today }: Saying): string {
  const report = fact?.kind === "reported_to_police" ? fact.body : null;
  return [at ? format.at(at, today) : "", report?.to, report?.matter].filter(Boolean).join(" · ");
}

export function recordOptions(
  of: RecordsOf,
  view: CaseView,
  saying: Saying,
): { value: string; label: string }[] {
  switch (of) {
    case "openCards":
    case "lapsedCards":
      return (of === "openCards" ? openCards : lapsedCards)(view).map((card) => ({
        value: card.issued[0] ?? "",
        label: cardName(card, saying),
      }));
    case "reports":
      return reports(view).map((event) => ({ value: event.id, label: reportName(event, saying) }));
    case "notices":
      return openNotices(view, saying.unit).map((notice) => ({
        value: notice.key,
        label: saying.messages.rules[notice.why.rule].title,
      }));
  }
}
