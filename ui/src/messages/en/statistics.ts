import type { Statistics } from "../zh-CN/statistics";

const MONTHS = ["January", "February", "March", "April", "May", "June", "July"].concat([
  "August",
  "September",
  "October",
  "November",
  "December",
]);

export const statistics: Statistics = {
  title: "Statistics",
  definitions: "What each figure counts",
  definitionsSay:
    "Every figure is counted anew from the cases; none is stored. Press a figure to see its cases.",
  toTable: "Back to the table",
  print: "Print",
  take: "Save as a spreadsheet",
  takeSays: (name) =>
    `Saves the table of ${name} (xlsx); of the whole township also a line for each unit. What is filled in by hand stays open.`,
  row: "No.",
  lastPeriod: "Last period",
  lastYear: "A year before",
  byUnit: "By unit",
  madeBy: (unit, day) => `Made by ${unit} · ${day}`,
  signed: "Head:　　　　　　Checked by:　　　　　　Filled in by:　　　　　　",
  span: "How long",
  spans: { month: "Month", quarter: "Quarter", year: "Year" },
  name: ({ span, year, number }) =>
    span === "month"
      ? `${MONTHS[number - 1]} ${year}`
      : span === "quarter"
        ? `Quarter ${number} of ${year}`
        : String(year),
  back: "The period before",
  on: "The next period",
  unit: "Registered by",
  all: "The whole township",
  tableOf: (unit) => `${unit}: table of mediation cases`,
  counter: "Item",
  columns: { reported: "This period", late: "Late", now: "By now" },
  before: "Since the last",
  yearBefore: "Since last year",
  same: "the same",
  opens: (name, column, value) => `${name}, ${column} ${value}: show the cases`,
  groups: {
    total: "In all",
    committee: "By committee",
    source: "By source",
    category: "By type",
    form: "By form of agreement",
    after: "After the agreement, and endings",
  },
  listed: (cases, sum) => `${cases} cases, ${sum} in all.`,
  untitled: "A case without a title",
  frozen: (at, by, printed) =>
    `Frozen by ${by}, ${at}${printed ? ", printed and handed in" : ""}; this period's figures stay`,
  notFrozen: "Not frozen yet: figures follow what arrives",
  running: "This period is not over",
  yearSays: "A year counts everything known now; what came late is in it",
  freeze: "Freeze and report",
  freezeTitle: (name) => `Freeze the statistics of ${name}`,
  freezeSays:
    "What is reported for this period will not change any more. Cases that arrive later are listed as late in the next.",
  freezeMissing: (n) => `${n} villages have not reported and stay “not reported”:`,
  printed: "It was printed and handed in",
  note: "Remark (may stay empty)",
  zero: "Nothing in this period: report zero",
  reports: "Reports of the villages",
  missing: (n, all) => (n === 0 ? "all have reported" : `${n} of ${all} villages not reported`),
  village: "Village",
  atFreeze: "When frozen",
  byNow: "By now",
  dataUntil: "Data until",
  notKnown: "—",
  report: {
    cases: "cases",
    zero: "zero",
    missing: "not reported",
    zero_struck: "zero struck out: there are cases",
  },
  reportsSay: "Silence is not zero: a village without cases reports zero itself.",
  never: "no data has come yet",
  asOf: (day, days) => (days === 0 ? `${day} (today)` : `${day}, ${days} days ago`),
  gap: (days) => `; ${days} days were missing before`,
  late: "Late",
  lateSays:
    "These belong to periods that were reported already. They are listed here and change nothing there.",
  belongs: (name) => `belongs to ${name}`,
  agreementsOnly: (n) => `only ${n} agreements came late`,
  empty: "No cases in this period",
  emptySays: "Look at another period. Cases count on the day of acceptance, not of typing.",
  source: (source) => `Source: ${source}`,
  byHand: "To fill in by hand",
  byHandSays:
    "The official table asks for these too. They are not written down here; please fill them in.",
};
