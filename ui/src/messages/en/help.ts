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
    record: {
      title: "Record anything else (More)",
      says: "Recusals, inquiries, evidence, transfers, the archive.",
      steps: [
        "Open the case and choose More.",
        "Type a word, such as recusal, extend, police; Enter takes the first.",
        "What is grey cannot be recorded now; it says why.",
      ],
      notes: ["A half written form is kept until you lock the program."],
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
        "Without a network: plug in a stick, write the packet, take it there.",
        "There: plug it in, see what is in it, import it.",
        "Bring a packet back the same way, and both are in step.",
      ],
      notes: [
        "A packet is locked: only the receiving side can open it. If a stick is lost, make another.",
        "Nothing breaks if the stick is pulled or the power fails; import again. Twice does no harm.",
        "“Waiting for an earlier packet” resolves by itself when that packet comes.",
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
    passphrase: {
      title: "Forgotten passphrase, recovery kit",
      says: "It does not open, or you wonder what the kit is for.",
      steps: [
        "Check Caps Lock and the input method and try again.",
        "Think of full-width letters and spaces.",
        "A village: ask the township for a new invitation. Whatever was exchanged comes back.",
        "The township: its head brings the recovery kit; call whoever maintains the program.",
        "Delete nothing.",
      ],
      notes: [
        "Nobody can recover a passphrase; that is what makes it safe.",
        "The kit is the forty digits printed on the first day. It does not open this computer, but it carries the township on.",
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
