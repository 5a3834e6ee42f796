// Which form writes which kind of fact.

import type { Component } from "vue";

import type { FactKind } from "@/messages/zh-CN/kinds";

import AcceptedForm from "./AcceptedForm.vue";
import AgreementForm from "./AgreementForm.vue";
import AttachmentForm from "./AttachmentForm.vue";
import CardForm from "./CardForm.vue";
import CategoryForm from "./CategoryForm.vue";
import CloseForm from "./CloseForm.vue";
import ConfirmForm from "./ConfirmForm.vue";
import ConsentForm from "./ConsentForm.vue";
import EscalateForm from "./EscalateForm.vue";
import ExtendForm from "./ExtendForm.vue";
import FieldsForm from "./FieldsForm.vue";
import NoteForm from "./NoteForm.vue";
import PartyForm from "./PartyForm.vue";
import PerformanceForm from "./PerformanceForm.vue";
import RevisitForm from "./RevisitForm.vue";
import RightsForm from "./RightsForm.vue";
import RiskForm from "./RiskForm.vue";
import SealedForm from "./SealedForm.vue";
import SessionForm from "./SessionForm.vue";
import SignedForm from "./SignedForm.vue";
import TakeOverForm from "./TakeOverForm.vue";
import VisitForm from "./VisitForm.vue";
import { FIELDS, type AskedKind } from "./fields";

/** Kinds with a form of their own. */
const OWN = {
  accepted: AcceptedForm,
  consent_recorded: ConsentForm,
  visit_received: VisitForm,
  rights_told: RightsForm,
  session_held: SessionForm,
  agreement_reached: AgreementForm,
  agreement_signed: SignedForm,
  agreement_sealed: SealedForm,
  performance_noted: PerformanceForm,
  revisited: RevisitForm,
  escalated: EscalateForm,
  escalation_accepted: TakeOverForm,
  resolution_confirmed: ConfirmForm,
  closed: CloseForm,
  category_set: CategoryForm,
  risk_assessed: RiskForm,
  party_added: PartyForm,
  deadline_extended: ExtendForm,
  card_issued: CardForm,
  note: NoteForm,
} satisfies Partial<Record<FactKind, Component>>;

export type WritableKind = keyof typeof OWN | AskedKind;

/** One plain form for all the others. */
const PLAIN = Object.fromEntries<Component>(
  Object.keys(FIELDS).map((kind) => [kind, FieldsForm]),
) as Record<AskedKind, Component>;

export const FORMS: Record<WritableKind, Component> = { ...OWN, ...PLAIN };

/** What is written in another way and yet corrected as everything else is. */
const CORRECTED = { attachment_added: AttachmentForm } satisfies Partial<
  Record<FactKind, Component>
>;

export type CorrectableKind = WritableKind | keyof typeof CORRECTED;

/** The forms of corrections. */
export const CORRECTIONS: Record<CorrectableKind, Component> = { ...FORMS, ...CORRECTED };

export const WRITABLE = Object.keys(FORMS) as WritableKind[];

export function isWritable(kind: string): kind is WritableKind {
  return kind in FORMS;
}

export function isCorrectable(kind: string): kind is CorrectableKind {
  return kind in CORRECTIONS;
}
