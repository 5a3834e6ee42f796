// What a case has that an act may be about, as options of a field.

import type {
  AttachmentView,
  CardView,
  CaseView,
  ClockView,
  EventView,
  NoticeView,
  ReferralView,
  SheetView,
} from "@/host/types";
import type { Format, Messages } from "@/messages";

export type RecordsOf =
  | "openCards"
  | "lapsedCards"
  | "reports"
  | "notices"
  | "proposed"
  | "passed"
  | "consultations"
  | "objections"
  | "unsigned"
  | "received"
  | "sent"
  | "attachments";

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

const isOpen = ({ status }: SheetView) => ["issued", "signed_in", "objected"].includes(status);

/** Sheets this unit has not signed in. */
export function unsignedSheets({ dispatch }: CaseView): SheetView[] {
  return dispatch.sheets.filter((sheet) => sheet.is_mine && sheet.signed_in === null);
}

/** Sheets this unit signed in and may answer. */
export function receivedSheets({ dispatch }: CaseView): SheetView[] {
  return dispatch.sheets.filter(
    (sheet) => sheet.is_mine && sheet.signed_in !== null && isOpen(sheet),
  );
}

/** Sheets a unit sent and has not closed. */
export function sentSheets({ dispatch }: CaseView, unit: string | undefined): SheetView[] {
  return dispatch.sheets.filter((sheet) => sheet.from.id === unit && sheet.closed === null);
}

/** Sheets to which somebody objects, for the unit that sent them. */
export function objectedSheets(view: CaseView, unit: string | undefined): SheetView[] {
  return sentSheets(view, unit).filter(
    ({ objection }) => objection?.is_standing && objection.decided === null,
  );
}

/** Requests of the village, by how far they are. */
export function referrals({ dispatch }: CaseView, status: ReferralView["status"]): ReferralView[] {
  return dispatch.referrals.filter((referral) => referral.status === status);
}

/** Deadlines somebody may extend: mediation by both sides, a petition by the head of the centre. */
export function extensibleClocks(view: CaseView): ClockView[] {
  return view.clocks.filter(
    ({ kind, stopped }) =>
      stopped === null && (kind === "mediation" || kind === "petition_handling"),
  );
}

/** Attachments nobody took out. */
export function standingAttachments({ attachments }: CaseView): AttachmentView[] {
  return attachments.filter(({ withdrawn }) => withdrawn === null);
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

export function sheetName(sheet: SheetView, { messages }: Pick<Saying, "messages">): string {
  const route = messages.clocks.sheets.route(sheet.from.name, sheet.to.name);
  return [messages.words.sheetKind[sheet.kind], sheet.number, route].filter(Boolean).join(" · ");
}

const ofSheet = (sheet: SheetView, saying: Saying) => ({
  value: sheet.id,
  label: sheetName(sheet, saying),
});

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
    case "proposed":
    case "passed":
      return referrals(view, of).map(({ id, to, matter }) => ({
        value: id,
        label: saying.messages.clocks.sheets.referral(to.name, matter),
      }));
    case "consultations":
      return view.dispatch.consultations
        .filter((consultation) => !consultation.is_approved)
        .map(({ id }, index) => ({
          value: id,
          label: `${saying.messages.words.factKind.consulted} ${index + 1}`,
        }));
    case "objections":
      return objectedSheets(view, saying.unit).flatMap(({ objection }) =>
        objection ? [{ value: objection.id, label: objection.reasons }] : [],
      );
    case "unsigned":
      return unsignedSheets(view).map((sheet) => ofSheet(sheet, saying));
    case "received":
      return receivedSheets(view).map((sheet) => ofSheet(sheet, saying));
    case "sent":
      return sentSheets(view, saying.unit).map((sheet) => ofSheet(sheet, saying));
    case "attachments":
      return standingAttachments(view).map(({ id, name, at }) => ({
        value: id,
        label: [name, saying.format.at(at, saying.today)].join(" · "),
      }));
    case "notices":
      return openNotices(view, saying.unit).map((notice) => ({
        value: notice.key,
        label: saying.messages.rules[notice.why.rule].title,
      }));
  }
}
