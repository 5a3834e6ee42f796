import type { RedactionWords } from "../zh-CN/redaction";

export const redaction: RedactionWords = {
  title: "Take one person out",
  back: "Back to the case",
  usual:
    "The case goes on; only one person is taken out: name, telephone and home become other words, while what others said, the days and the counts stay. The record as it was is then erased from every unit's computers and cannot be found again.",
  who: "Who",
  somebody: "Not a party (write the words yourself)",
  words: "Words to take out",
  wordsHint:
    "You may change what stands in their place. Add nicknames and relatives: the program knows only what is written here.",
  find: "Take out",
  put: "Put instead",
  nth: (label, nth) => `${label} (word ${nth})`,
  addWord: "Add a word",
  dropWord: (word) => `Keep “${word}”`,
  look: "See where they stand",
  places: (count) => (count === 1 ? "In one place" : `In ${count} places`),
  placesSays:
    "Read each of them. Where it does not read well, write over it; what you write must not hold the words either.",
  noPlaces: "The case does not hold these words",
  before: "Now",
  after: "Then",
  emptied: "emptied",
  field: { title: "Title", place: "Place", amount: "Amount" },
  text: { summary: "Summary", agreement: "Draft of the agreement" },
  notesOf: (kind) => `Notes of: ${kind}`,
  bars: {
    bound: "They are bound by this agreement, which holds. Nobody's name is taken out of it.",
    signed: "This agreement was signed and holds these words. Not a letter of it is altered.",
  },
  barAt: (day) => `Agreement of ${day}`,
  barNext:
    "Either file and seal the case (Personal Information Protection Law, article 47: until the period of retention ends it is kept and not used), or erase the whole case by law.",
  undecided: (names) => `${names}: two values stand side by side. Decide first.`,
  held: "Something of this case waits to be looked at. Deal with it first.",
  attachments: "Attachments that show this person",
  attachmentsHint:
    "The program cannot see who is on a photograph. Look at each; those marked do not come along.",
  persons: "Records of persons to erase as well",
  mentions: (numbers) =>
    `Cases ${numbers} tell the title and the parties of this one: do the same there.`,
  happens: (units) =>
    `On the computers of these units the case without the person takes its place: ${units}. What villages write before they hear of it is brought over, and the case says so.`,
  sure: "I have read every place and know that nothing of it can be found again",
  send: "Take the person out for good",
  sendWaiting: "Submit, to wait for a second person",

  done: "A person was taken out of this case",
  doneSays: (when, name) => `${when}, by ${name}. The record as it was is erased.`,
  again: (count) => `Late entries brought over: ${count}`,
  againSays:
    "They were written in ignorance. The township reads whether they tell of the person; if so, take the person out once more.",
  againLine: (kind, day, unit) => `${kind} · ${day} · ${unit}`,
  wordsLine: (where, words) => `${where}: “${words}”`,
  lateWords: "Late changes, to be written in by hand",
  goesOn: "The case goes on; one person is taken out of it.",
  open: "Open the case",
};
