// Which page of the help belongs to which screen, and how a heading is found.

import type { Help, TopicId } from "@/messages/zh-CN/help";

const BY_SCREEN: Partial<Record<string, TopicId>> = {
  workbench: "start",
  ledger: "find",
  registration: "register",
  triage: "triage",
  case: "session",
  exchange: "exchange",
  conflicts: "conflict",
  conflict: "conflict",
  duplicates: "duplicate",
  statistics: "statistics",
  tables: "table",
  entering: "table",
  handover: "person",
  counters: "statistics",
  people: "person",
  person: "person",
  settings: "screen",
  accounts: "passphrase",
  audit: "audit",
  erasures: "keep",
  rights: "rights",
  redaction: "redact",
  forms: "paper",
  formats: "paper",
};

/** The page that helps with a screen. */
export function topicOf(screen: unknown): TopicId {
  return (typeof screen === "string" && BY_SCREEN[screen]) || "start";
}

/** The pages whose heading has every word that was typed. */
export function findTopics(topics: Help["topics"], typed: string): TopicId[] {
  const wanted = typed.normalize("NFKC").toLowerCase().split(/\s+/).filter(Boolean);
  const ids = Object.keys(topics) as TopicId[];
  return ids.filter((id) => {
    const heading = `${topics[id].title} ${topics[id].says}`.toLowerCase();
    return wanted.every((word) => heading.includes(word));
  });
}
