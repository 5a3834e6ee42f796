// What a state means to whoever looks at it.

import type { CardColour, Light, Mark, Risk, State } from "@/host/types";

/** All well; soon; now or wrong; for information; nothing to say. */
export type Tone = "good" | "soon" | "alarm" | "info" | "quiet";

/** How near a day is. */
export function toneOfDays(daysLeft: number): Tone {
  if (daysLeft <= 0) return "alarm";
  return daysLeft <= 7 ? "soon" : "good";
}

export const toneOfRisk = {
  green: "good",
  blue: "info",
  yellow: "soon",
  red: "alarm",
} satisfies Record<Risk, Tone>;

/** The light of a deadline. */
export const toneOfLight = {
  off: "quiet",
  green: "good",
  yellow: "soon",
  red: "alarm",
} satisfies Record<Light, Tone>;

/** A supervision card that stands. */
export const toneOfCard = {
  blue: "info",
  yellow: "soon",
  red: "alarm",
} satisfies Record<CardColour, Tone>;

export const toneOfState = {
  clue: "quiet",
  registered: "info",
  accepted: "info",
  mediating: "info",
  agreement_unsigned: "soon",
  partly_agreed: "info",
  agreed: "good",
  performing: "info",
  not_performed: "alarm",
  performed: "good",
  revisited: "good",
  refused: "quiet",
  withdrawn: "quiet",
  closed: "quiet",
  declined: "quiet",
  terminated: "quiet",
  archived: "quiet",
  voided: "quiet",
  merged: "quiet",
} satisfies Record<State, Tone>;

export const toneOfMark = {
  escalating: "soon",
  escalated: "info",
  escalation_void: "quiet",
  awaiting_confirmation: "soon",
  agreement_conflict: "alarm",
  without_consent: "alarm",
  returned: "quiet",
  awaiting_return: "soon",
  procedure_flaw: "alarm",
  closed_with_follow_up: "soon",
  archived_with_follow_up: "soon",
  restricted: "quiet",
  void_requested: "soon",
  suspended: "quiet",
  transferred: "info",
  red_branch: "alarm",
  number_conflict: "soon",
  duplicate_conflict: "soon",
  doubtful: "soon",
  overpaid: "soon",
  lead_conflict: "soon",
  reassigned: "quiet",
  sheet_not_done: "alarm",
} satisfies Record<Mark, Tone>;
