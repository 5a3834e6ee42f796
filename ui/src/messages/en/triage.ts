import type { Triage } from "../zh-CN/triage";

import { counted } from "./plural";

export const triage: Triage = {
  title: "Triage",
  waiting: (n) => `${n} waiting`,
  list: "Waiting cases",
  keys: "↑↓ choose, a digit decides, Enter opens the case.",
  more: (n) => `${counted(n, "case")} at first; the rest will follow.`,
  empty: "Nothing is waiting",
  emptySays: "What is newly registered or escalated by a village is listed here.",
  registered: "To be accepted",
  escalated: "Escalated",
  decide: "What to do",
  open: "Open the case",
  barred: "The head or the window of the unit in charge decides on this one.",
  parties: "Parties",
  summary: "What happened",
  demands: "Demands",
  reason: "Why it is escalated",
  deadline: "Deadline",
};
