import type { Help } from "../zh-CN/help";

export const help: Help = {
  title: "Help",
  beside: "One page a task",
  search: "Find a heading",
  searchHint: "E.g. session, stick, passphrase",
  none: "No heading has this word. Try another one.",
  contents: "Contents",
  steps: "What to do",
  notes: "Good to know",
  topics: {
    start: {
      title: "A day's work",
      says: "Look at Today first; register whoever comes; exchange with the township when there is time.",
      steps: [
        "Open the program and type the passphrase.",
        "Look at Today: red is for today, yellow for the next days.",
        "When somebody brings a dispute, press F2.",
        "Whatever was done, open the case and record it.",
        "Before leaving, exchange with the township and lock with F8.",
      ],
      notes: [
        "Once Save was pressed, it is on this computer; nothing else is needed.",
        "No internet is needed. All files are encrypted.",
      ],
    },
    register: {
      title: "Register a dispute",
      says: "Somebody applies for mediation, or you found a dispute yourself.",
      steps: [
        "Press F2, or choose Register on the left.",
        "Write the names of both sides. Telephone and address can come later.",
        "Say what it is about, in the parties' own words.",
        "Choose type and risk; leave them open when unsure.",
        "Dates may be typed as today, yesterday morning, 1-5.",
        "Register. The provisional number is there at once.",
      ],
      notes: [
        "Mistakes can be corrected in the case; what stood before is kept.",
        "The day of application interrupts limitation, so it must be right.",
      ],
    },
    triage: {
      title: "Accept, decline, pass on",
      says: "New cases and escalated ones wait for you.",
      steps: [
        "Choose Triage on the left.",
        "Choose a case with the arrow keys; it is shown beside the list.",
        "Press a digit: accept, decline, transfer; an escalated one is taken over.",
        "Whoever is declined is told where else to go: tick what they were told.",
      ],
      notes: ["The next case follows by itself.", "Decide within three working days."],
    },
    session: {
      title: "Hold a session",
      says: "Both sides sit down together, or you talk with each of them.",
      steps: [
        "Ask both whether they want mediation, and record it in the case.",
        "Open the case and choose to record a session.",
        "Write place, host and who was there; then statements, verification, reasoning.",
        "Choose the result: agreed, failed, rescheduled, absent, ended.",
        "If it was agreed, write the agreement next; otherwise fix a new day.",
      ],
      notes: [
        "A session counts when it has a place and a mediator, heard both sides, and failed.",
        "A party may stop at any time and go to court. Record that first; sessions after it do not count.",
      ],
    },
    agreement: {
      title: "Write an agreement",
      says: "The two sides have agreed.",
      steps: [
        "Open the case and choose to record an agreement.",
        "Choose oral or written. Larger sums and instalments belong in writing.",
        "Write what was agreed word for word: who, what, by when, how much.",
        "One line an instalment; together they make the whole amount.",
        "Print it; both parties sign, the mediator signs, the seal is affixed.",
        "Then record the signatures and the seal in the case.",
      ],
      notes: [
        "A written agreement takes effect with its last signature or seal, an oral one when it is made.",
        "Within thirty days both may apply together for judicial confirmation.",
        "Its words are not changed any more. For a change, write a new one that names the old.",
      ],
    },
    attachment: {
      title: "Attachments: photographs, scans, recordings",
      says: "What was seen, copied or recorded belongs to the case and travels with it.",
      steps: [
        "Open the case; under “Attachments” press “Add photographs or files”, several at once, or drag them there.",
        "Give each a name that says what it shows, then put them in the file.",
        "Press one to look at it: turn, enlarge, crop, print or save it. A crop is put beside the original.",
        "If it was a mistake, open it, press “Take out” and say why. It is crossed out and kept.",
        "Where one is on another computer still, press “Bring this one first”.",
      ],
      notes: [
        "Pictures (JPG, PNG, WebP, BMP), PDF, recordings (MP3, M4A, WAV, AMR, OGG). HEIC cannot be read: choose “Most Compatible” on the telephone, or a screenshot.",
        "Of a photograph only the picture is kept: where it was taken, the telephone and the like are removed, and a very large one is made smaller.",
        "Attachments lie encrypted on this computer. What is saved as a file is not encrypted any more.",
        "Exchanges carry words first, then small pictures, then the rest: an entry may be here before its photograph, which comes by itself next time.",
        "A packet without photographs and recordings is written much faster.",
        "Roles that do not see the data of minors see names alone.",
        "Only erasing the case removes them for good, on every computer.",
      ],
    },
    record: {
      title: "Record anything else (More)",
      says: "Recusals, inquiries, evidence, transfers, the archive.",
      steps: [
        "Open the case and choose More.",
        "Type a word, such as recusal, extend, police; Enter takes the first.",
        "What is grey cannot be recorded now; it says why.",
      ],
      notes: [
        "A half written form outlives closing it, the lock and a power cut, for your eyes only; “Never mind” throws it away, and so do thirty days.",
      ],
    },
    deadline: {
      title: "Deadlines, lights, cards",
      says: "When something ends, why on that day, and what a card is.",
      steps: [
        "See Deadlines in the case: green is early, yellow is soon, red is over.",
        "Choose Why? for the first day and the article.",
        "Mediation is extended if both sides agree; suspend it for an appraisal, then resume.",
        "Answer a card with the reason and what comes next.",
      ],
      notes: [
        "A last day that is a rest day moves on; holidays not published are not guessed.",
        "A card proved wrong after a merge is withdrawn; both stay readable.",
        "Lights, risk colours and cards are three different things.",
      ],
    },
    danger: {
      title: "Danger: report to the police first",
      says: "Violence at home, harm to a child, a quarrel that may turn violent.",
      steps: [
        "Call the police at once.",
        "Open the case, choose More, then Flag and Report to the police.",
        "When the police answer, record their answer.",
        "Hear the sides apart; no meeting.",
      ],
      notes: ["A report is never changed. Until it is answered the risk stays red."],
    },
    rights: {
      title: "Who may do what; opening in an emergency",
      says: "A button is missing, or a name is not shown whole: mostly because of the role.",
      steps: [
        "In Settings open the table of rights and find the column of your role.",
        "Pass on what is not in it to somebody who may.",
        "If a case says that your role does not see it and it cannot wait, choose Open in an emergency and say why.",
        "Press F8 when you have read; it closes, as it does after thirty minutes.",
      ],
      notes: [
        "Lists name no minor whole to anybody; whoever works on the case reads it there.",
        "A grid worker registers leads; the case goes on once the village or the township accepts it.",
        "Whoever was removed reads and writes nothing more on their own computer.",
      ],
    },
    escalate: {
      title: "Escalate to the township",
      says: "Three failed sessions, danger, two villages, or a department is needed.",
      steps: [
        "Open the case and choose Escalate.",
        "Choose the reason and say how things stand, above all whether it may come to blows.",
        "Exchange with the township, by network or stick. If it is urgent, telephone first.",
        "The case is the township's once it accepts; until then it is yours.",
      ],
      notes: [
        "If the village had reached an agreement before and the township did not know, the escalation is void. Both sides are told.",
        "An agreement after acceptance holds, and the township confirms before closing.",
      ],
    },
    exchange: {
      title: "Exchange with another computer",
      says: "Take what you wrote to the township and bring back what it wrote. Every few days.",
      steps: [
        "Press F6.",
        "On one network: Open on the other computer, then Exchange here; or type the address it shows.",
        "Often on one network: let it exchange by itself; “Why is it not reached?” says what keeps it.",
        "Without a network: plug in a stick, write the packet, take it there.",
        "There: plug it in, see what is in it, import it.",
        "Bring a packet back the same way, and both are in step.",
      ],
      notes: [
        "A packet is locked: only the receiving side can open it. If a stick is lost, make another.",
        "Nothing breaks if the stick is pulled or the power fails; import again. Twice does no harm.",
        "“Waiting for an earlier packet” resolves by itself when that packet comes.",
        "“The disk is nearly full”: words still come, photographs once there is room. Empty the recycle bin.",
      ],
    },
    conflict: {
      title: "Two records differ (conflict)",
      says: "After an exchange the same thing stands recorded in two ways.",
      steps: [
        "Choose Conflicts on the left and open it.",
        "Two cards side by side; what differs is marked.",
        "See who wrote it, when, on which computer. Ask the parties if unsure.",
        "Choose what holds, give the reason, and decide.",
        "Where it is not for you, the page says who decides.",
      ],
      notes: [
        "Until then both are kept and the safer one counts.",
        "What lost is kept too, with your reason.",
      ],
    },
    duplicate: {
      title: "One dispute or two (likely duplicates)",
      says: "When one matter was registered twice, or once in each of two villages.",
      steps: [
        "Go to Conflicts and choose Likely duplicates.",
        "Look at the cases side by side; what is the same is marked.",
        "Choose Decide: merged, related, or different.",
        "Write the reason and confirm.",
      ],
      notes: [
        "Merged cases count once; all papers and numbers are kept and found.",
        "A mistake is taken back under Decided. Where two sides contradict, the judicial office decides.",
      ],
    },
    person: {
      title: "Who comes often (people)",
      says: "Added once, a name brings the telephone and address next time.",
      steps: [
        "In the ledger press People at the top right, then Add a person.",
        "Only the name is needed.",
        "Open a person to see the cases.",
        "Where two records are one person, say so, and what it rests on.",
      ],
      notes: ["This can be changed again; both records and the reasons are kept."],
    },
    number: {
      title: "Numbers of cases",
      says: "Cases are handled under a provisional number until they have a formal one.",
      steps: [
        "In Settings, under Case numbers, the township says which computer keeps the register and how numbers are written.",
        "Other computers give numbers once some were set aside for them.",
        "In the case, choose Give a number.",
      ],
      notes: ["Provisional and former numbers are still found.", "Unused ones are listed as gaps."],
    },
    find: {
      title: "Find a case",
      says: "You remember a name, the end of a telephone number, a number, or a word of the matter.",
      steps: [
        "Press F3.",
        "Type a name, a number, the end of a telephone number, or a word.",
        "Choose with the arrow keys and press Enter.",
      ],
      notes: ["One character is enough. It searches what this computer holds."],
    },
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
        "What had not reached the township is on the old computer alone. Keep it: repaired, it can still write a packet.",
        "If the screen says that two computers use one identity, a profile was copied or an old image put back. Nothing that either wrote is lost. Agree with the township by telephone which one is kept; once both have exchanged, the township enrols it anew (Settings, Computers): the old identity is shut out, the one that is kept joins by a new invitation, the other is wiped.",
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
        "To keep a copy, press “Print”.",
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
  },
};
