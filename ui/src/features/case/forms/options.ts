// Agreements and the lines of their plans, as options of a field.

import type { AgreementView, CaseView } from "@/host/types";
import type { Format, Messages } from "@/messages";

interface Option {
  value: string;
  label: string;
}

/** The agreements a person may speak of, the newest first: copies are left out. */
export function agreementOptions(view: CaseView, messages: Messages, format: Format): Option[] {
  return view.agreements
    .filter((agreement) => agreement.standing !== "copy")
    .map((agreement) => ({ value: agreement.id, label: nameOf(agreement, messages, format) }))
    .reverse();
}

function nameOf(agreement: AgreementView, messages: Messages, format: Format): string {
  const form = messages.words.agreementForm[agreement.form];
  const day = agreement.effective
    ? format.day(agreement.effective)
    : messages.case.agreements.notEffective;
  return messages.forms.agreementOf(day, form);
}

/** The lines of an agreement's plan. */
export function lineOptions(agreement: AgreementView | undefined, format: Format): Option[] {
  return (agreement?.plan ?? []).map((line, index) => ({
    value: String(index),
    label: [
      format.day(line.due),
      line.what,
      line.amount_fen === null ? "" : format.money(line.amount_fen),
    ]
      .filter(Boolean)
      .join(" · "),
  }));
}
