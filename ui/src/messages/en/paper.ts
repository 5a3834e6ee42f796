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
    lists: "Lists",
  },
  whole: "complete",
  lacks: (n) => `${n} missing`,
  printed: (n) => (n === 1 ? "printed once" : `printed ${n} times`),
  copies: "Copies",
  print: "Print",
  savePdf: "Save as PDF",
  saveWord: "Save as a Word file",
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
  bind: "Bind the file",
  dossier: {
    title: "Bind the whole file",
    says: (n, pictures) =>
      `Cover, directory, every paper, photographs and back cover in one go: ${n} papers, ${pictures} photographs, with page numbers.`,
    missing: (n) => `${n} pieces are missing; a list of them is printed along:`,
    supplement: "Only what came after it was archived (supplement)",
    kind: "As what",
    kinds: {
      pdf: { label: "One PDF", hint: "to print and bind" },
      archive: {
        label: "A folder for the archive",
        hint: "the PDF, the attachments and a manifest that tells whether anything was altered",
      },
    },
    to: "Where to",
    file: "file.pdf",
    send: "Bind",
    nothingLost: "The case is not changed. You may stop at any time.",
    done: (name) => `Saved as ${name}`,
    hash: "Write this code down with the file. Later it tells whether anything was altered:",
    close: "Done",
  },
  formats: {
    title: "Layout of forms",
    beside: "How each form looks on paper, with a sample case",
    open: "Look at the layouts",
    says: "Where each form comes from, its version and its looks. A layout of the county's own can take its place, and be taken back.",
    replaced: "The office's own layout",
    unverified: "Wording to be checked",
    replace: "Use a layout of our own",
    restore: "Put the built-in one back",
    version: (version) => `Version of the built-in layout: ${version}`,
    fields: (list) => `What stands on it: ${list}.`,
    sample: "Below is a sample: the people and the dispute are invented.",
    replaceTitle: (name) => `Another layout for “${name}”`,
    replaceSays:
      "Choose a layout file (.typ), made by somebody who knows how. The program sets the sample with it first: if that fails it is not used, and the line at fault is named. Only this computer changes.",
    from: "Where the layout file is",
    word: {
      title: "To be edited: a Word file of the office's own",
      says: "Lay it out in Word or WPS. Where something is to be filled in, write its name in braces, such as {案号} or {申请人姓名}. A row of a table that names somebody is there once for each of them.",
      names: "Names that may stand in braces",
      put: "Use a Word file of our own",
      drop: "Do without this Word file",
      known: (n, names) => `${n} names are known and filled in: ${names}.`,
      unknown: (names) => `Nobody knows these names; they stay as they are: ${names}.`,
      lacking: (names) => `Belongs on this form and is not in the file: ${names}.`,
      putTitle: (name) => `A Word file for “${name}”`,
      putSays:
        "Choose a .docx. The program fills it with the sample first: one with macros, with links to the outside, or a broken one is not used, and the reason is said. Only this computer changes.",
      from: "Where the Word file is",
    },
  },
  save: {
    title: (name) => `Save “${name}” as a PDF`,
    says: "The file outside is not encrypted: whoever gets it can read it. The audit notes that it was saved.",
    send: "Save as PDF",
    wordTitle: (name) => `Save “${name}” as a Word file`,
    wordSays:
      "What stands in the file can be altered; the case does not follow. That it was saved is noted on the case.",
    sendWord: "Save as a Word file",
  },
};
