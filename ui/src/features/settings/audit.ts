// Which notes are asked for, and in which words they are taken along.

import type { Act, At, AuditList } from "@/host/types";
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

/** What the closed words of a note are called. */
export function wordsOf({ audit, words }: Messages): Record<string, string> {
  return { ...words.role, ...audit.acts, ...audit.files, ...audit.protections };
}
