// The plain forms: of each kind of fact its fields, and what stands in them at first. The words
// beside the fields are those of `messages.asks`.

import type { CaseView } from "@/host/types";
import type { Messages } from "@/messages";
import type { BodyOf } from "@/messages/zh-CN/facts";

import type { RecordsOf } from "./records";

export type AskedKind = keyof Messages["asks"]["labels"];
type Hint = keyof Messages["asks"]["hints"];

/** What a field holds while it is being filled in. */
export type Value = string | string[] | boolean;

/** The closed words a field chooses from. */
export type WordsOf = {
  [T in keyof Messages["words"]]: Messages["words"][T] extends Record<string, string> ? T : never;
}[keyof Messages["words"]];

export interface Given {
  view: CaseView;
  userName: string;
}

interface Common {
  isRequired?: true;
  hint?: Hint;
  /** What stands there at first. */
  begin?: (given: Given) => Value;
  /** Asked only while this holds of what was filled in. */
  when?: (draft: Record<string, Value>) => boolean;
}

export type Field = Common &
  (
    | { as: "text"; suggest?: "mediators" }
    | { as: "long"; rows?: number }
    /** Several names in one line. */
    | { as: "names" }
    | { as: "choice" | "checks"; words: WordsOf; omit?: readonly string[] }
    | { as: "party"; empty?: Hint }
    | { as: "parties" }
    | { as: "day"; prefer?: "past" | "future" }
    | { as: "check" }
    /** Yes or no, both of them visible. */
    | { as: "either" }
    /** Something the case has: a card, a report, a sheet. */
    | { as: "record"; of: RecordsOf }
    /** One or several units of the organisation. */
    | { as: "unit" | "units" }
    /** Demands of the case, by their place. */
    | { as: "demands" }
  );

type FieldsOf<K extends AskedKind> = Record<
  keyof Messages["asks"]["labels"][K] & keyof BodyOf<K>,
  Field
>;

const text = { as: "text" } as const;
const long = { as: "long" } as const;
const required = { isRequired: true } as const;
const names = { as: "names", hint: "names" } as const;
const reason = { reason: { ...long, ...required } } as const;
const unit = { as: "unit", ...required } as const;
const routes = { as: "checks", words: "route", ...required } as const;

/** Everybody who is to mediate, or did, as far as the case says. */
export function mediatorsOf({ view, userName }: Given): string[] {
  const { host, mediators, recused } = view.hosting;
  return [...new Set([host ?? "", ...mediators, ...recused, userName])].filter(Boolean);
}

export const FIELDS: { [K in AskedKind]: FieldsOf<K> } = {
  mediators_appointed: {
    chosen_by: { as: "choice", words: "chosenBy", ...required, begin: () => "committee" },
    host: { ...text, ...required, suggest: "mediators", begin: ({ userName }) => userName },
    mediators: names,
  },
  relation_disclosed: {
    mediator: { ...text, ...required, suggest: "mediators", begin: ({ userName }) => userName },
    party: { as: "party", empty: "anybody" },
    relation: { ...long, ...required, rows: 2 },
  },
  recused: {
    mediator: { ...text, ...required, suggest: "mediators" },
    party: { as: "party", empty: "ownWish" },
    ...reason,
  },
  recusal_waived: {
    mediator: {
      ...text,
      ...required,
      suggest: "mediators",
      begin: ({ view }) => view.hosting.recused[0] ?? "",
    },
    parties: { as: "parties", ...required },
  },
  escalation_withdrawn: reason,
  escalation_returned: reason,
  track_added: { track: { as: "choice", words: "track", ...required }, reference: text },
  suspended: {
    ground: { as: "choice", words: "suspensionGround", ...required },
    until: { as: "day", prefer: "future", hint: "until" },
    note: { ...long, rows: 2 },
  },
  resumed: { note: { ...long, rows: 2 } },
  site_visited: {
    findings: { ...long, ...required, rows: 4 },
    place: { ...text, begin: ({ view }) => String(view.fields["place"]?.value ?? "") },
    attachments: names,
  },
  inquiry_made: {
    whom: { ...text, ...required },
    record: { ...long, ...required, rows: 5 },
  },
  evidence_taken: {
    what: { ...long, ...required, rows: 2 },
    party: { as: "party", empty: "anybody" },
    attachments: names,
  },
  contact_tried: {
    party: { as: "party", empty: "anybody" },
    reached: { as: "either", ...required },
    note: long,
  },
  reply_delivered: {
    reply: { as: "choice", words: "replyKind", ...required },
    outcome: { as: "choice", words: "replyOutcome", when: (draft) => draft["reply"] !== "notice" },
    party: { as: "party", empty: "anybody" },
    number: text,
    note: { ...long, rows: 2 },
  },
  review_requested: {
    stage: { as: "choice", words: "reviewStage", ...required },
    note: { ...long, rows: 2 },
  },
  card_answered: {
    card: { as: "record", of: "openCards", ...required },
    text: { ...long, ...required, rows: 4 },
  },
  card_corrected: {
    card: { as: "record", of: "lapsedCards", ...required },
    note: { ...long, rows: 2 },
  },
  flagged: {
    flags: { as: "checks", words: "flag", ...required },
    note: long,
  },
  reported_to_police: {
    to: { ...text, ...required, hint: "station" },
    method: { ...text, hint: "method" },
    receiver: text,
    matter: { ...long, ...required, rows: 4 },
  },
  police_responded: {
    report: { as: "record", of: "reports", ...required },
    result: { ...long, ...required },
  },
  terminated: {
    ground: {
      as: "choice",
      words: "outcome",
      omit: ["settled"],
      ...required,
      begin: ({ view }) =>
        view.state === "refused" || view.state === "withdrawn" ? view.state : "failed",
    },
    routes,
    note: { ...long, rows: 2 },
  },
  declined: { ...reason, routes },
  transferred: {
    to: { as: "choice", words: "destination", ...required },
    note: long,
  },
  voided: reason,
  reopened: reason,
  restricted: reason,
  restriction_lifted: reason,
  archived: {
    retention: {
      as: "choice",
      words: "retention",
      ...required,
      hint: "retention",
      begin: ({ view }) => view.retention,
    },
    volume: text,
  },
  file_statement: { text: { ...long, ...required, rows: 6 } },
  number_assigned: {
    number: { ...text, ...required, hint: "number" },
    printed: { as: "check" },
  },
  acknowledged: { notice: { as: "record", of: "notices", ...required } },
  referral_proposed: { to: unit, matter: { ...long, ...required } },
  referral_reviewed: {
    referral: { as: "record", of: "proposed", ...required },
    passed: { as: "either", ...required },
    reason: { ...long, rows: 2 },
  },
  consulted: { lead: unit, co: { as: "units" }, note: long },
  consultation_approved: {
    consultation: { as: "record", of: "consultations", ...required },
    note: { ...long, rows: 2 },
  },
  sheet_issued: {
    sheet: { as: "choice", words: "sheetKind", ...required },
    to: unit,
    part: { as: "choice", words: "sheetPart", ...required, begin: () => "lead" },
    requirement: { ...long, ...required },
    due: { as: "day", prefer: "future" },
    demands: { as: "demands", hint: "allDemands" },
    basis: { ...long, rows: 2 },
    referral: { as: "record", of: "passed" },
    approved_by: { ...text, when: (draft) => draft["sheet"] === "order" },
    number: { ...text, hint: "numberEmpty" },
    printed: { as: "check" },
  },
  sheet_signed_in: {
    sheet: { as: "record", of: "unsigned", ...required },
    accepts: { as: "check", begin: () => true },
  },
  sheet_objected: {
    sheet: { as: "record", of: "received", ...required },
    reasons: { ...long, ...required },
  },
  objection_decided: {
    objection: { as: "record", of: "objections", ...required },
    upheld: { as: "either", ...required },
    ...reason,
  },
  sheet_replied: {
    sheet: { as: "record", of: "received", ...required },
    kept: { as: "choice", words: "kept", ...required },
    text: { ...long, ...required },
    attachments: names,
  },
  sheet_closed: {
    sheet: { as: "record", of: "sent", ...required },
    note: { ...long, rows: 2 },
  },
  attachment_withdrawn: {
    attachment: { as: "record", of: "attachments", ...required },
    ...reason,
  },
};

/** What a body must say and nobody is asked: the program fills in which round is meant. */
export const FIXED: { [K in AskedKind]?: Partial<BodyOf<K>> } = {
  escalation_withdrawn: { from: "village", round: 0 },
  escalation_returned: { from: "village", round: 0 },
};
