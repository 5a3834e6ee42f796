import type { PaperWords } from "../zh-CN/paper";

export const paper: PaperWords = {
  title: "Print forms",
  open: "Print forms",
  back: "Back to the case",
  language: "en",
  choose: "Choose a form",
  search: "Find a form",
  searchHint: "For example: agreement, acceptance, visit",
  none: "There is no such form. Try another word.",
  chooseOne: "Choose a form from the list",
  chooseSays:
    "Here you see it as it will be on paper. What the case says is filled in; the rest is left open.",
  groups: {
    mediation: "The mediation file",
    local: "Local additions",
    petition: "Petition documents",
    sheets: "The three sheets",
    slips: "Receipts",
  },
  whole: "complete",
  lacks: (n) => `${n} missing`,
  printed: (n) => (n === 1 ? "printed once" : `printed ${n} times`),
  copies: "Copies",
  print: "Print",
  savePdf: "Save as PDF",
  pages: (n) => (n === 1 ? "1 page" : `${n} pages`),
  pageOf: (n, all) => `Page ${n} of ${all}`,
  tooMany: (n) =>
    `Too many pages: the first ${n} are shown. Save it as a PDF and print that instead.`,
  unverified:
    "Wording to be checked: this form was not compared with an official copy. Ask the judicial office before its first use.",
  source: (source) => `Source: ${source}`,
  lackingSays: (list) =>
    `The case does not say yet: ${list}. It is left open on paper; record it first, or write it in by hand.`,
  letters: (list) =>
    `No font here has these letters: ${list}. A “〓” stands in their place; write them in by hand.`,
  save: {
    title: (name) => `Save “${name}” as a PDF`,
    says: "The file outside is not encrypted: whoever gets it can read it. The audit notes that it was saved.",
    to: "Where to",
    send: "Save as PDF",
    done: (name) => `Saved as ${name}`,
    close: "Done",
  },
};
