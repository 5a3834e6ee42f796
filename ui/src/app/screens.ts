// The screens a picture is taken of: stable names, and paths the router opens.
// Those with `:case`, `:record`, `:key` and `:person` need records of the profile at hand.

export interface Screen {
  name: string;
  path: string;
}

export const SCREENS: readonly Screen[] = [
  { name: "workbench", path: "/" },
  { name: "ledger", path: "/cases" },
  { name: "ledger-search", path: "/cases?q=张" },
  { name: "registration", path: "/register" },
  { name: "triage", path: "/triage" },
  { name: "case", path: "/cases/:case" },
  { name: "exchange", path: "/exchange" },
  { name: "quarantine", path: "/quarantine" },
  { name: "conflicts", path: "/conflicts" },
  { name: "conflict", path: "/conflicts/:record/:key" },
  { name: "duplicates", path: "/duplicates" },
  { name: "tables", path: "/cases/import" },
  { name: "handover", path: "/cases/handover" },
  { name: "entering", path: "/register/paper" },
  { name: "statistics", path: "/statistics" },
  { name: "counters", path: "/statistics/counters" },
  { name: "people", path: "/people" },
  { name: "person", path: "/people/:person" },
  { name: "settings", path: "/settings" },
  { name: "accounts", path: "/settings/accounts" },
  { name: "rights", path: "/settings/rights" },
  { name: "audit", path: "/settings/audit" },
  { name: "erasures", path: "/settings/erasures" },
  { name: "redaction", path: "/cases/:case/redact" },
  { name: "forms", path: "/cases/:case/forms?form=acceptance" },
  { name: "formats", path: "/settings/forms?form=cover" },
  { name: "help", path: "/help" },
];
