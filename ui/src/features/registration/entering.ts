// A row of the paper register as it is typed, what it becomes, and with what the next one begins.

import type { Payload } from "@/host";
import type { AgreementForm, At, Category, Side } from "@/host/types";

export type EnteredStage = "registered" | "accepted" | "agreed";

export interface EnteredRow {
  number: string;
  applied: At | null;
  applicants: string;
  respondents: string;
  category: Category | "";
  /** The code of an item of the township's own catalogue. */
  localItem: string;
  title: string;
  stage: EnteredStage | "";
  accepted: At | null;
  agreed: At | null;
  text: string;
  due: At | null;
  form: AgreementForm | "";
  mediators: string;
  isSigned: boolean;
}

export function newRow(): EnteredRow {
  return {
    number: "",
    applied: null,
    applicants: "",
    respondents: "",
    category: "",
    localItem: "",
    title: "",
    stage: "registered",
    accepted: null,
    agreed: null,
    text: "",
    due: null,
    form: "written",
    mediators: "",
    isSigned: true,
  };
}

/** The next row: the number after this one, and what is mostly the same in the next. */
export function nextRow(row: EnteredRow): EnteredRow {
  const number = row.number.trim() === "" ? "" : String(Number(row.number) + 1);
  const { stage, form, mediators, isSigned } = row;
  return { ...newRow(), number, stage, form, mediators, isSigned };
}

/** The names in a field, separated by whatever people put between them. */
export function names(text: string): string[] {
  const all = text.split(/[、，,；;/\s]+/).map((name) => name.trim());
  return [...new Set(all.filter(Boolean))];
}

/** What is sent; nothing while something is missing that must be there. */
export function entered(row: EnteredRow): Payload<"case_enter"> | null {
  const party = (side: Side) => (name: string) => ({ name, side });
  const parties = [
    ...names(row.applicants).map(party("applicant")),
    ...names(row.respondents).map(party("respondent")),
  ];
  const isAgreed = row.stage === "agreed";
  const lacks = row.stage !== "registered" && !row.accepted;
  if (!row.applied || parties.length === 0 || lacks) return null;
  if (isAgreed && (!row.agreed || row.text.trim() === "" || !row.form)) return null;
  return {
    register: {
      applied: row.applied,
      title: row.title.trim(),
      category: row.category || undefined,
      local_item: row.localItem || undefined,
      source: "application",
      track: "people_mediation",
      place: "",
      summary: "",
      demands: [],
      units: [],
      parties,
    },
    number: row.number.trim() === "" ? null : Number(row.number),
    accepted: row.stage === "registered" ? null : row.accepted,
    agreed:
      isAgreed && row.agreed && row.form
        ? {
            at: row.agreed,
            form: row.form,
            text: row.text.trim(),
            due: row.due,
            mediators: names(row.mediators),
            is_signed: row.form === "written" && row.isSigned,
          }
        : null,
  };
}
