import type { HelpTopic } from "../zh-CN/help";
import type { computerTopics as ours } from "../zh-CN/helpComputer";

export const computerTopics: Record<keyof typeof ours, HelpTopic> = {
  device: {
    title: "A computer is lost, broken, replaced",
    says: "It was stolen, it broke, or a new one takes its place.",
    steps: [
      "Lost or stolen: telephone the head of the township centre at once.",
      "The head finds it under Settings, Computers, presses “Lost or broken” and says why.",
      "For a new one the township invites under Settings: the unit, and in the place of which computer.",
      "The new computer joins with file and code and exchanges once with the township. The old one is shut out, and all records come back.",
      "Read the digits to compare to each other by telephone; they must be the same on both sides.",
      "If something the old one wrote arrives later, ask who wrote it; once the head adopts it, it counts.",
    ],
    notes: [
      "Without the passphrase nobody opens a lost computer. Once shut out it reaches no other, and opens no new packet.",
      "Over the network the lists come first: within a minute or two they can be searched, and the cases follow one by one and are checked. A case that is still on its way says so; try it again a little later.",
      "What had not reached the township is on the old computer alone. Keep it: repaired, it can still write a packet.",
      "If the screen says that two computers use one identity, a profile was copied or an old image put back. Nothing that either wrote is lost. Agree with the township by telephone which one is kept; once both have exchanged, the township enrols it anew (Settings, Computers): the old identity is shut out, the one that is kept joins by a new invitation, the other is wiped.",
    ],
  },
  units: {
    title: "A village is merged or renamed",
    says: "The county approved that a village becomes part of another, or is called something else.",
    steps: [
      "On the township's computer that keeps the key, open Settings and find Units.",
      "Choose Rename, or Merge and then the unit it becomes part of.",
      "Write the day, who approved it and the number of the document, and confirm.",
      "Once the villages exchange with the township, every computer goes by it.",
      "The computers of the old village work on. When it suits, let them join anew by an invitation of the other unit.",
    ],
    notes: [
      "The other unit goes on with the open cases and sheets; nothing is handed over one by one.",
      "What was registered before the day counts for the old village, what comes after it for the other unit, whichever computer registers it.",
      "The history stays: who wrote what, and for which village.",
      "A unit registered by mistake, with nothing in it, can be taken back.",
    ],
  },
  stick: {
    title: "A stick is lost",
    says: "A stick with packets was lost, broke, or never arrived.",
    steps: [
      "Do not worry: a packet is locked; only the computers of the receiving unit open it.",
      "Write it again under Exchange and send another stick. Everything the other side has not received goes into it.",
      "If an invitation was on it, telephone the township and have it made anew; read the old code to nobody.",
    ],
    notes: ["A stick that turns up again may still be taken in; nothing comes twice."],
  },
  passphrase: {
    title: "Forgotten passphrase, recovery sheet, kit",
    says: "It does not open, or you wonder what sheet and kit are for.",
    steps: [
      "Check Caps Lock and the input method and try again.",
      "Think of full-width letters and spaces.",
      "If you are told to wait, wait; starting the program again does not help.",
      "Take the recovery sheet of this computer, or the kit of the township: under “Forgotten?” on the lock page type its forty digits and set a new passphrase.",
      "With neither: the head of your unit or the administrator opens with their own passphrase and sets a new one for you under Settings → Passphrases and accounts.",
      "If you know it and only want another: Settings → Passphrases and accounts → Change passphrase.",
      "Delete nothing.",
    ],
    notes: [
      "Whoever works alone on a computer may let the system’s keyring open the program under Settings → Passphrases and accounts: once, when it starts. What was locked since (F8, an empty desk, sleep) wants the passphrase, and without the keyring, or on another computer, the passphrase opens as ever.",
      "Nobody sees the old passphrase; a new one is set.",
      "The sheet is for one computer, printed at its first use; the kit was printed when the township was founded, and opens each of its computers. Keep both in sealed envelopes, away from the computers.",
    ],
  },
  keep: {
    title: "Archive, restrict, erase",
    says: "A case is done and to be kept; or somebody asks that their data no longer be used, or be erased.",
    steps: [
      "Close it, then press “Archive” and choose how long it is kept.",
      "To keep it and use it no more: the head presses “Restrict the file” under “More” and says why, naming nobody.",
      "To erase in a case of the law: the head presses “Erase”; an open file and one kept for ever need a second person.",
      "Then print in Settings where copies may still be, and give that to whoever asked.",
    ],
    notes: [
      "A restricted file is not found, changed or shown. The head and the judicial office can open it for half an hour, with a reason; lifting the restriction makes it what it was.",
      "Erasing cannot be undone; every computer does it once it has heard. A restriction can be lifted at any time.",
    ],
  },
  audit: {
    title: "Who did what (audit)",
    says: "You need to know who opened, read or exported, or who was refused.",
    steps: [
      "In Settings press “Open the audit”. Heads, administrators and leaders see it.",
      "Choose the days, and what was done.",
      "To keep a copy, press “Print” or “Save as a table”. The list of computers and the alarms nobody has seen are saved as tables in Settings.",
    ],
    notes: [
      "Reading one protected case is noted once a day for each person.",
      "After an exchange the township has the notes of its villages; no other village has.",
      "Administrators see numbers and nothing of what cases say.",
    ],
  },
  redact: {
    title: "Taking one person out of a case",
    says: "Somebody asks to have their data erased, and the case goes on.",
    steps: [
      "Open the case, “More…” → “Take one person out”. The head of the township does it.",
      "Choose whom, read the words, read every place; where it does not read well, write over it.",
      "Choose the case of the law and give the reason. A case that is not filed waits for the judicial office or another head, who agrees in Settings, in the list of what was erased.",
      "Other computers follow at the next meeting. The list shows which have.",
    ],
    notes: [
      "Who is bound by an agreement that holds is not taken out, and no signed paper is altered: seal the case, or erase the whole of it.",
      "What villages had written in ignorance is brought over; the case says so. Read whether it tells of the person.",
      "The program knows the words you give it. Add nicknames yourself.",
      "Old links, drafts and other cases that name it lead to the case as it is now.",
    ],
  },
  paper: {
    title: "Printing forms",
    says: "Application, acceptance, agreement, cover: whatever the case says is filled in already.",
    steps: [
      "Open the case and press “Print forms”.",
      "Choose a form on the left. On the right it stands as it will be on paper.",
      "Read in the yellow lines what is missing: record it in the case first, or write it in by hand.",
      "Say how many copies and press “Print”. To keep a file, press “Save as PDF”.",
      "Have it signed and sealed, then record signatures and seal in the case.",
    ],
    notes: [
      "“Wording to be checked”: it was not compared with an official copy. Ask the judicial office before its first use.",
      "Long words go on on the next page. Several pages bear numbers and a mark for the seal over their edges; nothing is cut.",
      "Each print is noted in the case: which form, pages, copies, by whom. If the case changes later, the older sheet can still be told.",
      "Rare letters of names are printed. A letter that no font has becomes “〓”: write it in by hand.",
      "The sheet with the signatures and the seal is the original.",
      "“Bind the file” sets cover, directory, papers, photographs and back cover in one go and lists what is missing. For what came after the archive, choose the supplement. For the court or the county press “Hand over” and choose piece by piece; names of minors are not written out.",
      "If the county's layout differs, change it in Settings under “Layout of forms”. Receipts of many cases at once: “Print receipts” in the ledger.",
      "A form that must be edited: give it a Word file of your own under “Layout of forms”, with names such as {案号} or {申请人姓名} in braces. Then it can be saved as a Word file too.",
    ],
  },
  backup: {
    title: "Backing up and restoring",
    says: "Computers break, sticks get lost, hands slip. A backup brings the files back.",
    steps: [
      "Open Settings and find “Backup”.",
      "Choose a second place: another disk, a stick or a shared folder. Keep it in another room.",
      "Each day after the first opening a backup makes itself. In a hurry, press “Back up now”.",
      "Once a month press “Try a restore”: only when it says how many cases can be restored is all well.",
      "To restore: lock with F8, choose “Restore from a backup”, pick the newest, type the passphrase of that day.",
      "Then exchange once with the township: what was sent since comes back.",
    ],
    notes: [
      "A backup is encrypted like everything else. If the passphrase is forgotten, the recovery sheet or the kit opens it.",
      "Restoring deletes nothing: what is here now is put aside.",
      "Restoring rolls no other computer back, and personal information that was erased does not return.",
      "A new computer: install Pingli, plug in the disk, and choose “Restore from a backup” on the first page. Do not use the old one any more.",
      "A disk that stays plugged in is lost with the computer to a virus. Unplug it once the backup is made.",
    ],
  },
  power: {
    title: "Power cuts, crashes, a stick pulled early",
    says: "The power failed, or the program does not answer.",
    steps: [
      "Open it as usual and type the passphrase.",
      "Whatever was saved is there; what was being typed must be typed again.",
      "An interrupted import or exchange goes on when started again.",
      "An interrupted packet is simply written again.",
    ],
    notes: [
      "The program says “saved” only once it is safely on the disk.",
      "If it says that files are damaged, delete nothing and call the township.",
    ],
  },
  screen: {
    title: "Larger text, keyboard",
    says: "The text is too small, or there is no mouse.",
    steps: [
      "Hold Ctrl and press + for larger, − for smaller, 0 for the usual size; or use Settings.",
      "Enter goes to the next field, Tab to the next button, Esc closes a dialog.",
      "F1 help, F2 register, F3 find, F4 ledger, F6 exchange, F8 lock.",
      "With very large text the places are folded away: F10 opens them.",
    ],
    notes: [
      "A colour always has a shape and a word: a dot is well, a diamond soon, a triangle now, a square to know.",
    ],
  },
};
