// Forms in a list: how they are named, grouped and found.

import type { FormLine } from "@/host/types";

/** The groups, in the order in which they are listed. */
const GROUPS = ["mediation", "local", "petition", "sheets", "slips", "lists"] as const;
export type FormGroup = (typeof GROUPS)[number];

/** In which language a form is named. */
export type FormLanguage = "zh" | "en";

/** Names a line while the list is on the screen. */
export function keyOf({ form, about }: Pick<FormLine, "form" | "about">): string {
  return about ? `${form}/${about}` : form;
}

/** Paper is Chinese; where people read English, both stand there. */
export function nameOf({ name }: FormLine, language: FormLanguage): string {
  return language === "zh" ? name.zh : `${name.en} ${name.zh}`;
}

/** The groups that have a form which was asked for. */
export function groupsOf(forms: FormLine[], asked: string, language: FormLanguage) {
  const fits = (form: FormLine) =>
    `${form.name.zh} ${nameOf(form, language)}`.toLowerCase().includes(asked);
  return GROUPS.map((key) => ({
    key,
    forms: forms.filter((form) => form.group === key && fits(form)),
  })).filter(({ forms: found }) => found.length > 0);
}
