// What the form of a session holds, and the record it writes: statements, verification, reasoning
// and result, as the paper has them.

import type { SessionMode, SessionResult } from "@/host/types";
import type { Messages } from "@/messages";

import { namesOf, sidesOf, type FactBody, type FactProps } from "./form";
import type { ParticipantDraft } from "./ParticipantFields.vue";

/** The steps that are written in words, in the order of the paper. */
export const STEPS = ["statement", "verification", "reasoning", "result"] as const;
export type Step = (typeof STEPS)[number];

export interface SessionDraft {
  place: string;
  mode: SessionMode | "";
  host: string;
  mediators: string;
  recorder: string;
  present: string[];
  participants: ParticipantDraft[];
  isPublic: boolean;
  rightsTold: boolean;
  issues: string;
  undisputed: string;
  proposal: string;
  result: SessionResult | "";
  danger: boolean;
  notes: Record<Step, string>;
}

export function newSession(props: FactProps<"session_held">, messages: Messages): SessionDraft {
  const { initial, view } = props;
  const host = initial?.host ?? view.hosting.host ?? props.userName;
  const others = view.hosting.mediators.filter((name) => name !== host);
  return {
    place: initial?.place ?? "",
    // Nobody is asked to sit face to face where violence is at hand.
    mode: initial?.mode ?? (view.may_suggest_meeting ? "joint" : "separate"),
    host,
    mediators: messages.kit.list(initial?.mediators ?? others),
    recorder: initial?.recorder ?? "",
    present: initial?.present ?? sidesOf(view.parties),
    participants: (initial?.participants ?? []).map((person) => ({ ...person })),
    isPublic: initial?.public ?? false,
    rightsTold: initial?.rights_told ?? false,
    issues: (initial?.issues ?? []).join("\n"),
    undisputed: initial?.undisputed ?? "",
    proposal: initial?.proposal ?? "",
    result: initial?.result ?? "",
    danger: initial?.danger ?? false,
    notes: { statement: "", verification: "", reasoning: "", result: "" },
  };
}

const linesOf = (text: string) =>
  text
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);

export function sessionFact(draft: SessionDraft): FactBody {
  return {
    kind: "session_held",
    body: {
      place: draft.place.trim(),
      mode: draft.mode || "joint",
      host: draft.host.trim(),
      mediators: namesOf(draft.mediators),
      present: draft.present,
      result: draft.result || "failed",
      public: draft.isPublic,
      recorder: draft.recorder.trim(),
      participants: draft.participants.map(({ name, role, consent }) => ({
        name: name.trim(),
        role: role || "other",
        consent,
      })),
      rights_told: draft.rightsTold,
      issues: linesOf(draft.issues),
      proposal: draft.proposal.trim(),
      undisputed: draft.undisputed.trim(),
      danger: draft.danger,
    },
  };
}

/** The notes of the session: each step that was written, under its heading. */
export function sessionNotes({ notes }: SessionDraft, messages: Messages): string {
  const { headings } = messages.drafting.session;
  return STEPS.filter((step) => notes[step].trim() !== "")
    .map((step) => `${messages.kit.pair(headings[step], "").trimEnd()}\n${notes[step].trim()}`)
    .join("\n\n");
}
