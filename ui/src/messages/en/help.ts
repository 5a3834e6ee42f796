import type { Help } from "../zh-CN/help";
import { computerTopics } from "./helpComputer";

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
    share: {
      title: "Several villages on one case",
      says: "A dispute concerns several villages; later one of them may have no more to do with it.",
      steps: [
        "At the township, open the case, choose More…, then Share the case, and tick the villages.",
        "Once you have exchanged with them they see all of its history and write on it.",
        "If a village has no more to do with it, choose More…, then Let a unit go, and say why.",
      ],
      notes: [
        "Other villages do not see the case.",
        "Whoever left is sent nothing later; what it wrote counts. The village that has the case in hand and the township stay.",
        "What it wrote before it heard comes to the township, waits under To be looked at, and counts once the head adopts it.",
        "To have it back, share the case with it again: it is sent everything.",
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
        "One stick may serve several units: “One stick for several units”, and tick them.",
      ],
      notes: [
        "A packet is locked: only the receiving side can open it. If a stick is lost, make another.",
        "Nothing breaks if the stick is pulled or the power fails; import again. Twice does no harm.",
        "Packets for other units can be taken along and put onto another stick. Nobody here can open them.",
        "Of the packets for one unit the newest three stay on a stick; what others wrote is not touched.",
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
      notes: [
        "This can be changed again; both records and the reasons are kept.",
        "When a mediator leaves, press “Hand over” in the ledger; it makes the list that both sign.",
      ],
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
      notes: [
        "One character is enough. It searches what this computer holds; “Found in” says how each was found.",
        "Names and places are also found by pinyin or its first letters: zhangsan, zs. Numbers however they are written: 12, 第十二号, 0012.",
        "Whoever may see identity numbers finds people by the last four or six digits.",
        "“More” filters by stage, clock, place and mediator. Keep a view that is often used under a name.",
        "“Save as a spreadsheet” writes what is listed as a table.",
        "On a case, “Cases like this one” shows settled ones and how they ended.",
      ],
    },
    statistics: {
      title: "Monthly, quarterly and annual tables",
      says: "The county asks for its table, or you want to see what was done.",
      steps: [
        "Press Statistics, choose month, quarter or year, and walk to the period.",
        "Press a figure to see its cases.",
        "A village without cases presses “report zero”.",
        "The township looks who has not reported; when all have, it presses “Freeze and report”.",
        "Press “Print” and hand the table in.",
      ],
      notes: [
        "Once frozen, “This period” stays. What arrives later is listed as late in the next; “By now” counts what is known now.",
        "Cases count on the day of acceptance, agreements on the day they took effect. A case merged into another counts with that one.",
        "“What each figure counts” defines them all, and names what is filled in by hand.",
      ],
    },
    table: {
      title: "Import the table you had",
      says: "Disputes kept in a spreadsheet, work orders of 12345, calls from 110 the days of rest and lists of villages, at once.",
      steps: [
        "In the ledger press “Import a table”, choose the file (xlsx), press “Open it”.",
        "Look what each column says: a day of application and the parties must be there.",
        "Press “Try it”: what is new, what was imported before, what cannot be, and why.",
        "Press “Import”.",
        "Save what stays out as a table, correct it, import it again.",
        "If it was wrong, press “Take it all back” below.",
      ],
      notes: [
        "The same table twice brings nothing twice; an order is known by its number. The same headings are mapped as before.",
        "What has ended stays out unless you want it; how it ended goes into its words.",
        "Enter the open cases of a paper register under “Register”, “Enter paper”, with their numbers there.",
        "Save an old xls, or one with a password, as xlsx first. Macros are not run.",
      ],
    },
    catalogue: {
      title: "Use the township's own catalogue",
      says: "The township has a list of groups and items, and disputes are to be put under it.",
      steps: [
        "Make the list a table with one row for each item: code, group, item, official type, unit that answers for it, how often it is looked for.",
        "On the township's computer press “Import a table” in the ledger, choose “The township's own catalogue”, try it, then import.",
        "Exchange with the villages once; then they have it too.",
        "When you register a dispute, or change the type of a case, choose the group, then the item.",
        "Withdraw items you do not use under “Settings”; “Put back” offers them again.",
      ],
      notes: [
        "Each item stands for one of the 18 types: a case without a type gets it, a type that was set stays. What is reported goes by the 18 types.",
        "When items are worded anew or withdrawn, older cases keep the words of their day.",
        "Importing again brings nothing twice; what has a known code and other words changes only if you tick it.",
      ],
    },
    ...computerTopics,
  },
};
