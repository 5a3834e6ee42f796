import type { ErasureWords } from "../zh-CN/erasure";

export const erasure: ErasureWords = {
  title: "Erase personal information",
  usual:
    "The usual way is to file and restrict, not to erase. Only the law's own cases are erased, and nothing brings it back.",
  happensHere: (units) => `All of it goes from the computers of: ${units}.`,
  happensLater:
    "Here it goes at once; on other computers at the next meeting or packet. No old stick brings it back.",
  staysKnown:
    "The number, the case of the law, the reason and who decided stay, for every unit to see.",
  staysOnPaper:
    "Paper files, prints and files saved earlier are out of reach: see to them yourself.",
  kept: (retention) => `This file is kept: ${retention}.`,
  ground: "Which case of the law (个人信息保护法 art. 47)",
  groundShort: "Case of the law",
  grounds: {
    purpose_achieved: "The purpose is achieved, or no longer needed",
    retention_ended: "The period of retention has ended",
    consent_withdrawn: "The person withdrew consent",
    unlawful: "It was handled against the law or an agreement",
    other_law: "Another case that laws or regulations name",
  },
  asksSecond: "Holds once a second person (the judicial office or another head) agrees",
  notArchived:
    "The case is not archived, so “purpose achieved” and “retention ended” do not apply: file it first.",
  permanent:
    "This file is kept for ever, so “purpose achieved” and “retention ended” do not apply: restrict it.",
  persons: "Records of persons to erase with it",
  otherCases: (count) => `${count} other ${count === 1 ? "case names" : "cases name"} this person`,
  mentions: "Cases to erase with it",
  mentionsHint:
    "Their facts tell its title and parties, from when the two were found to belong together.",
  reason: "Reason",
  reasonHint: "No names or telephones: every unit sees it. E.g. asked in writing, retention ended",
  sure: "I know that nobody can bring it back",
  send: "Erase for good",
  sendWaiting: "Submit for a second person",

  listTitle: "Erased personal information",
  listSays:
    "What was erased by law: who decided, why, which units have done it, where copies may lie.",
  open: "Open the list of what was erased",
  none: "Nothing was erased yet",
  noneSays: "What is erased by law is listed here.",
  kind: (kind) => (kind === "person" ? "Person" : kind === "case" ? "Case" : "Record"),
  waiting: "Waits for a second person",
  waitingSays:
    "Nothing is erased yet. The judicial office or another head opens this page under their own name and agrees.",
  agreedHere: "You have agreed. Units erase once the township's computer has heard.",
  underWay: "Being erased",
  doneEverywhere: "Erased everywhere",
  when: "When",
  by: "Decided by",
  agreedBy: "Agreed by",
  agree: "Agree to erase for good",
  printAnswer: "Print the answer",
  answerHead: (unit) => `Answer about erased personal information · ${unit}`,
  copiesOf: (what) => `${what}: where copies may lie`,
  place: "Where",
  state: "State",
  lastMet: "Last met, or written",
  unitDone: "Erased",
  unitOpen: (done, all) =>
    `${done} of ${all} computers have erased it; the others will at the next meeting`,
  unitRevoked: (count) =>
    `; ${count} revoked ${count === 1 ? "computer is" : "computers are"} out of reach`,
  mention: (number) => `Case ${number}`,
  mentionSays: "Tells its title and parties; it is erased by itself",
  packet: (unit) => `Packet written for ${unit}`,
  packetSays: "Delete it from the stick; importing it brings nothing back",
  paper: (file) => (file === "" ? "Print" : `Saved ${file}`),
  paperSays: (name) => `By ${name}; collect and destroy`,
  beyond: "Out of the program's reach:",
  beyondList: [
    "Paper files and prints",
    "Packets other computers wrote, photographs, notes",
    "Pingli's own backups, on each computer and in its second place: gone by themselves after six months at most; records put aside by a restore are deleted by hand",
    "Backups and images of whole computers made by other programs",
  ],
};
