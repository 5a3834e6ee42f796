import type { Workbench } from "../zh-CN/workbench";

import { counted } from "./plural";

export const workbench: Workbench = {
  title: "What to do today",
  register: "Register a dispute",
  registerFirst: "Register the first dispute",
  nothing: "Nothing to do today",
  nothingSays: "When somebody comes with a dispute, press F2.",
  noCases: "No cases yet",
  noCasesSays:
    "When somebody comes, write it down: who with whom, what about, what they ask for. One screen is enough.",
  forked: {
    title: "Two computers use the identity of this one",
    says: "Most likely the profile was copied or an old image put back. What both write reaches the township and the other computers of the village; nothing is lost, and you can go on.",
    steps: [
      "Tell the township by telephone which of the two is kept, and who has the other.",
      "Let both exchange with the township once, so that everything is delivered.",
      "The one that is kept: the township invites it anew; it joins as a new computer and fetches the cases from the township.",
      "The other: once it has delivered, remove Pingli and its profile, and do not use it any more.",
    ],
    go: "Exchange",
  },
  deadlines: {
    title: "With a deadline",
    overdue: "Overdue",
    today: "Due today",
    soon: "Within three days",
    moved: "This deadline has just changed; open the case to see it now.",
    atLeast: (n) => `at least ${n}`,
    open: "Have a look",
  },
  dues: {
    title: "To be carried out later",
    amount: (money) => `${money} to pay`,
    until: (day) => `until ${day}`,
    note: "Record it",
    more: (n) => `${n} more, show all`,
  },
  drafts: {
    title: "What you had begun",
    registration: "Registering a dispute",
    form: "A page half written",
    goOn: "Go on",
    goOnWith: (what) => `Go on: ${what}`,
    drop: "Throw away",
    dropOf: (what) => `Throw away: ${what}`,
  },
  conflicts: {
    title: "For you to decide",
    says: "The same matter, recorded in two ways:",
    go: "Have a look",
  },
  notices: { title: "Please take note", go: "Have a look" },
  toAccept: { title: "Escalated by a village, to be accepted", go: "Accept" },
  sheets: { title: "Sheets for this unit", open: "Have a look" },
  triage: {
    title: "Waiting for acceptance",
    says: (n) => `${counted(n, "case")} registered and not decided upon.`,
    go: "Decide",
  },
  toConfirm: { title: "Agreed, to be confirmed", go: "Confirm" },
  handling: {
    title: "In hand",
    all: (n) => `All ${n} in the ledger`,
    sessions: (n) => counted(n, "session"),
  },
  waiting: (unit, day) => `Waiting for an earlier packet: ${unit}, ${day}`,
  waitingSays:
    "Ask them for that packet again, or for one with “Everything from the beginning”; the rest then completes itself.",
  neighbours: {
    titleVillage: "Last exchange with the township",
    titleTownship: "Last exchange with each village",
    never: "Never exchanged",
    notJoined: "No computer has joined yet",
    pending: (n) => `${n} to send`,
    delivered: (n) => `${n} delivered`,
    overdue: (days) => `${counted(days, "day")} without exchange`,
    inStep: "In step",
    some: "More to send",
    go: "Go and exchange",
    invite: "Invite the villages",
    clock: "The two clocks differ by more than ten minutes. Please check them.",
  },
};
