// What is to be done next on a case, as far as its state tells.

import type { LocationQuery } from "vue-router";

import type { CaseView } from "@/host/types";

import { isWritable, type WritableKind } from "./forms/kinds";

const TAKE_OVER = "escalation_accepted";

/** The kinds that would be the next step, most pressing first. */
function wanted(view: CaseView): WritableKind[] {
  const has = (mark: string) => view.marks.some((found) => found.mark === mark);
  if (has("escalating")) return [TAKE_OVER, "session_held"];
  if (has("awaiting_confirmation")) return ["resolution_confirmed"];
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
    case "archived":
    case "voided":
      return [];
  }
}

/** The next step that whoever is here may take. */
export function nextStep(view: CaseView, unit: string | undefined): WritableKind | null {
  const isOurs = view.owner === null || view.owner.id === unit;
  // In a case of another unit there is nothing to push on with, but a case may be handed up to us.
  const steps = isOurs ? wanted(view) : wanted(view).filter((kind) => kind === TAKE_OVER);
  return steps.find((kind) => view.may_write.includes(kind)) ?? null;
}

/** Reads the step a link asks for, if it may be taken, and the promise it is about. */
export function askedStep(
  query: LocationQuery,
  view: CaseView,
): { kind: WritableKind; initial?: object } | null {
  const kind = String(query.do ?? "");
  if (!isWritable(kind) || !view.may_write.includes(kind)) return null;
  const due = view.dues.find(
    ({ agreement, line }) => agreement === query.agreement && String(line) === query.line,
  );
  return due ? { kind, initial: { agreement: due.agreement, line: due.line } } : { kind };
}
