// Which notes are asked for, and in which words they are taken along.

import type { Act, At, AuditList, TableWords } from "@/host/types";
import type { Messages } from "@/messages";

export interface AuditFilter {
  from: At | null;
  until: At | null;
  act: Act | "";
  user: string;
  unit: string;
  number: string;
}

export const NO_FILTER: AuditFilter = {
  from: null,
  until: null,
  act: "",
  user: "",
  unit: "",
  number: "",
};

/** The request behind a filter. */
export function listOf(filter: AuditFilter): AuditList {
  return {
    from: filter.from,
    until: filter.until,
    act: filter.act || null,
    user: filter.user || null,
    unit: filter.unit || null,
    record: null,
    number: filter.number.trim() || null,
    offset: 0,
    limit: null,
  };
}

/** What the table is headed with, and what the program's words are called in it. */
export function tableWords({ audit, words }: Messages): TableWords {
  return {
    columns: audit.columns,
    words: {
      ...words.role,
      ...audit.acts,
      ...audit.files,
      ...audit.protections,
      true: audit.yes,
      false: audit.unvouched,
    },
  };
}
