// What every form of a fact is given and gives.

import { inject, reactive } from "vue";

import { useDraft, type Payload } from "@/host";
import type { Body, CaseView, PartyView } from "@/host/types";
import { formKey } from "@/kit/form";
import type { FactKind } from "@/messages/zh-CN/kinds";

type NewFact = Payload<"fact_add">["facts"][number];
/** A fact without its time, which the dialog around the form asks for. */
export type FactBody = NewFact extends infer Fact
  ? Fact extends NewFact
    ? Omit<Fact, "at">
    : never
  : never;

export interface FactProps<K extends FactKind = FactKind> {
  kind: K;
  view: CaseView;
  today: string;
  /** The name of whoever writes. */
  userName: string;
  /** What the form begins with: the fact that is corrected, or what the page knows. */
  initial?: Partial<Extract<Body, { kind: K }>["body"]>;
  /** Under which name it is kept while it is being written; a correction is not. */
  keep?: string;
}

export interface FactAct {
  facts: FactBody[];
  /** Session notes to begin, one for each session. */
  notes?: string[];
}

/** What a form lets the dialog around it ask. */
export interface FactForm {
  build(): FactAct;
}

/** What a form holds. A new fact's is kept as it is written; a correction begins anew each time. */
export function useFormDraft<T extends object>(props: FactProps, initial: () => T): T {
  if (props.keep === undefined) return reactive(initial()) as T;
  const draft = useDraft(props.keep, initial);
  inject(formKey, null)?.hold(draft);
  return draft.values;
}

export function partyOptions(parties: readonly PartyView[]): { value: string; label: string }[] {
  return parties.map((party) => ({ value: party.id, label: party.details.name }));
}

/** Both sides of the dispute, without third parties. */
export function sidesOf(parties: readonly PartyView[]): string[] {
  return parties.filter((party) => party.details.side !== "third").map((party) => party.id);
}

/** Names as they are typed: separated by 、 or a comma. */
export function namesOf(typed: string): string[] {
  return typed
    .split(/[、,，;；\n]/)
    .map((name) => name.trim())
    .filter(Boolean);
}
