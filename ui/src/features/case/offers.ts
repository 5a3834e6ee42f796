// What can be recorded on a case now, in groups, and why something cannot. The program refuses by
// itself what cannot be meant; here it is only said beforehand.

import type { CaseView, Mark, Role } from "@/host/types";
import type { Messages } from "@/messages";

import type { WritableKind } from "./forms/kinds";
import {
  extensibleClocks,
  lapsedCards,
  objectedSheets,
  openCards,
  openNotices,
  receivedSheets,
  referrals,
  reports,
  sentSheets,
  standingAttachments,
  unsignedSheets,
} from "./forms/records";

/** What is no fact: the record as a file, the case opened to units, closed to one, erased, or without one person. */
export type Deed = "export" | "share" | "leave" | "erase" | "redact";
export type Bar = keyof Messages["acts"]["bars"];
export type Group = Exclude<keyof Messages["acts"]["groups"], "file">;

/** Who asks. */
export interface Me {
  unit: string | undefined;
  role: Role | null;
}

export interface Offer {
  kind: WritableKind;
  bar: Bar | null;
}

/** In the order in which they are offered, no more than seven in a group. */
export const GROUPS: Record<Group, readonly WritableKind[]> = {
  begin: [
    "accepted",
    "declined",
    "consent_recorded",
    "rights_told",
    "party_added",
    "category_set",
    "number_assigned",
  ],
  mediators: ["mediators_appointed", "relation_disclosed", "recused", "recusal_waived"],
  inquiry: [
    "visit_received",
    "contact_tried",
    "inquiry_made",
    "site_visited",
    "evidence_taken",
    "attachment_withdrawn",
    "note",
  ],
  settle: [
    "session_held",
    "agreement_reached",
    "agreement_signed",
    "agreement_sealed",
    "performance_noted",
    "revisited",
  ],
  climb: [
    "escalated",
    "escalation_withdrawn",
    "escalation_accepted",
    "escalation_returned",
    "resolution_confirmed",
    "transferred",
  ],
  dispatch: ["referral_proposed", "referral_reviewed", "consulted", "consultation_approved"],
  sheets: [
    "sheet_issued",
    "sheet_signed_in",
    "sheet_objected",
    "objection_decided",
    "sheet_replied",
    "sheet_closed",
  ],
  time: [
    "suspended",
    "resumed",
    "deadline_extended",
    "track_added",
    "reply_delivered",
    "review_requested",
  ],
  danger: ["risk_assessed", "flagged", "reported_to_police", "police_responded"],
  cards: ["card_issued", "card_answered", "card_corrected", "acknowledged"],
  end: ["terminated", "closed", "reopened", "voided"],
  keep: ["archived", "file_statement", "restricted", "restriction_lifted"],
};

const has = (view: CaseView, mark: Mark) => view.marks.some((found) => found.mark === mark);
const isOurs = (view: CaseView, { unit }: Me) => view.owner === null || view.owner.id === unit;
const isEnded = ({ state, closure, archive }: CaseView) =>
  closure !== null ||
  archive !== null ||
  ["terminated", "declined", "refused", "withdrawn", "voided"].includes(state);
const isClosed = (view: CaseView) => (view.closure === null ? null : "closed");
const isAgreed = (view: CaseView) => (view.agreements.length > 0 ? null : "no_agreement");
const isPetition = (view: CaseView) => (view.tracks.includes("petition") ? null : "no_petition");
const isWaiting = ({ state }: CaseView) => (state === "registered" ? null : "state");

/** What keeps each kind from being written; a kind without a row can always be. */
const BARS: Partial<Record<WritableKind, (view: CaseView, me: Me) => Bar | null>> = {
  accepted: isWaiting,
  declined: isWaiting,
  recusal_waived: ({ hosting }) => (hosting.recused.length > 0 ? null : "no_recused"),
  session_held: ({ state }) => (state === "refused" || state === "withdrawn" ? "refused" : null),
  agreement_signed: isAgreed,
  agreement_sealed: isAgreed,
  performance_noted: isAgreed,
  escalated: (view) => isClosed(view) ?? (view.owner?.level === "township" ? "at_township" : null),
  escalation_withdrawn: ({ escalations }) => {
    const last = escalations.at(-1)?.status;
    return last === "requested" || last === "accepted" ? null : "no_escalation";
  },
  escalation_accepted: ({ escalations }) =>
    escalations.some(({ status }) => status === "requested") ? null : "no_escalation",
  escalation_returned: (view, me) =>
    isOurs(view, me) && view.escalations.at(-1)?.status === "accepted" ? null : "not_accepted",
  resolution_confirmed: (view) => (has(view, "awaiting_confirmation") ? null : "not_waiting"),
  suspended: (view) => (has(view, "suspended") ? "suspended" : null),
  resumed: (view) => (has(view, "suspended") ? null : "not_suspended"),
  deadline_extended: (view) => (extensibleClocks(view).length > 0 ? null : "no_clock"),
  reply_delivered: isPetition,
  review_requested: isPetition,
  card_answered: (view) => (openCards(view).length > 0 ? null : "no_card"),
  card_corrected: (view) => (lapsedCards(view).length > 0 ? null : "no_correction"),
  police_responded: (view) => (reports(view).length > 0 ? null : "no_report"),
  acknowledged: (view, { unit }) => (openNotices(view, unit).length > 0 ? null : "no_notice"),
  referral_reviewed: (view) => (referrals(view, "proposed").length > 0 ? null : "no_referral"),
  consultation_approved: ({ dispatch }) =>
    dispatch.consultations.some(({ is_approved }) => !is_approved) ? null : "no_consultation",
  sheet_signed_in: (view) => (unsignedSheets(view).length > 0 ? null : "no_sheet"),
  sheet_objected: (view) => (receivedSheets(view).length > 0 ? null : "no_sheet"),
  sheet_replied: (view) => (receivedSheets(view).length > 0 ? null : "no_sheet"),
  sheet_closed: (view, { unit }) => (sentSheets(view, unit).length > 0 ? null : "no_sheet"),
  objection_decided: (view, { unit }) =>
    objectedSheets(view, unit).length > 0 ? null : "no_objection",
  attachment_withdrawn: (view) => (standingAttachments(view).length > 0 ? null : "no_attachment"),
  terminated: isClosed,
  closed: (view, me) => {
    if (view.closure) return "closed";
    if (!isOurs(view, me)) return "not_owner";
    return has(view, "awaiting_confirmation") ? "awaits" : null;
  },
  reopened: (view, { role }) => {
    if (view.archive) return role === "R6" ? null : "role";
    return view.closure ? null : "not_closed";
  },
  voided: ({ state }) => (state === "voided" ? "voided" : null),
  restricted: (view) => {
    if (has(view, "restricted")) return "restricted";
    return view.archive ? null : "not_archived";
  },
  restriction_lifted: (view) => (has(view, "restricted") ? null : "not_restricted"),
  archived: (view) => {
    if (view.archive) return "archived";
    return isEnded(view) ? null : "not_closed";
  },
};

/** Why a kind cannot be written now by whoever asks, if it cannot. */
export function barOf(kind: WritableKind, view: CaseView, me: Me): Bar | null {
  return view.may_write.includes(kind) ? (BARS[kind]?.(view, me) ?? null) : "role";
}

/** Everything there is, by group. */
export function offers(view: CaseView, me: Me): { group: Group; offers: Offer[] }[] {
  return (Object.keys(GROUPS) as Group[]).map((group) => ({
    group,
    offers: GROUPS[group].map((kind) => ({ kind, bar: barOf(kind, view, me) })),
  }));
}
