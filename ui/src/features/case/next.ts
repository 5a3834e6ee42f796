// What is to be done next on a case, as far as its state tells.

import type { LocationQuery } from "vue-router";

import type { CaseView } from "@/host/types";

import { isWritable, type WritableKind } from "./forms/kinds";
import { mustReport } from "./forms/records";
import { barOf, type Me } from "./offers";

const TAKE_OVER = "escalation_accepted";
/** As many as are offered beside the next step. */
const OFFERED_MAX = 7;
/** What may happen on any day. */
const ANY_DAY: readonly WritableKind[] = ["visit_received", "contact_tried", "note"];

/** Whether looking in comes before the next promise falls due. */
function isVisitFirst(view: CaseView): boolean {
  const visit = view.clocks.find(({ kind, stopped }) => kind === "revisit" && stopped === null);
  return visit !== undefined && view.dues.every(({ day }) => visit.end < day);
}

/** The kinds that would be the next step, most pressing first. */
function wanted(view: CaseView): WritableKind[] {
  const has = (mark: string) => view.marks.some((found) => found.mark === mark);
  if (mustReport(view)) return ["reported_to_police"];
  if (has("escalating")) return [TAKE_OVER, "session_held"];
  if (has("awaiting_confirmation")) return ["resolution_confirmed"];
  if (view.archive?.needs_statement) return ["file_statement"];
  switch (view.state) {
    case "clue":
    case "registered":
      return ["accepted", "session_held"];
    case "accepted":
    case "mediating":
    case "partly_agreed":
      return ["session_held"];
    case "agreement_unsigned": {
      const isSealMissing = view.agreements.some(
        ({ lacking }) => lacking.seal && lacking.parties.length === 0 && !lacking.mediator,
      );
      return isSealMissing ? ["agreement_sealed"] : ["agreement_signed"];
    }
    case "agreed":
      return ["revisited"];
    case "performing":
      return isVisitFirst(view) ? ["revisited", "performance_noted"] : ["performance_noted"];
    case "not_performed":
      return ["performance_noted"];
    case "performed":
      return ["revisited"];
    case "revisited":
    case "refused":
    case "withdrawn":
    case "terminated":
    case "declined":
      return ["closed"];
    case "closed":
      return ["archived"];
    case "archived":
    case "voided":
    case "merged":
      return [];
  }
}

/** What is often recorded in the state the case is in. */
function usual(view: CaseView): readonly WritableKind[] {
  switch (view.state) {
    case "clue":
    case "registered":
      return ["accepted", "declined", "consent_recorded", "rights_told", "mediators_appointed"];
    case "accepted":
    case "mediating":
    case "partly_agreed":
      return ["session_held", "agreement_reached", "inquiry_made", "escalated", "terminated"];
    case "agreement_unsigned":
      return ["agreement_signed", "agreement_sealed", "terminated"];
    case "agreed":
    case "performing":
    case "not_performed":
    case "performed":
    case "revisited":
      return ["performance_noted", "revisited", "closed"];
    case "refused":
    case "withdrawn":
      return ["terminated", "closed", "consent_recorded"];
    case "terminated":
    case "declined":
      return ["closed", "transferred", "consent_recorded"];
    case "closed":
      return ["archived", "reopened", "revisited"];
    case "archived":
      return ["file_statement", "reopened"];
    case "voided":
    case "merged":
      return [];
  }
}

/** Nobody is asked to sit face to face where violence is at hand. */
const isFit = (kind: WritableKind, view: CaseView) =>
  kind !== "session_held" || view.may_suggest_meeting;

/** The next step that whoever is here may take. */
export function nextStep(view: CaseView, me: Me): WritableKind | null {
  const isOurs = view.owner === null || view.owner.id === me.unit;
  // In a case of another unit there is nothing to push on with, but a case may be handed up to us.
  const steps = isOurs ? wanted(view) : wanted(view).filter((kind) => kind === TAKE_OVER);
  return steps.find((kind) => isFit(kind, view) && barOf(kind, view, me) === null) ?? null;
}

/** What fits the state and whoever is here, beside the next step. */
export function likely(view: CaseView, me: Me, next: WritableKind | null): WritableKind[] {
  const all = new Set([...wanted(view), ...usual(view), ...ANY_DAY]);
  return [...all]
    .filter((kind) => kind !== next && isFit(kind, view) && barOf(kind, view, me) === null)
    .slice(0, OFFERED_MAX);
}

/** Reads the step a link asks for, if it may be taken, and the promise or sheet it is about. */
export function askedStep(
  query: LocationQuery,
  view: CaseView,
): { kind: WritableKind; initial?: object } | null {
  const kind = String(query.do ?? "");
  if (!isWritable(kind) || !view.may_write.includes(kind)) return null;
  const due = view.dues.find(
    ({ agreement, line }) => agreement === query.agreement && String(line) === query.line,
  );
  if (due) return { kind, initial: { agreement: due.agreement, line: due.line } };
  const sheet = view.dispatch.sheets.find(({ id }) => id === query.sheet);
  return sheet ? { kind, initial: { sheet: sheet.id } } : { kind };
}
