import type { Faults, FaultTable } from "../zh-CN/faults";
import { words } from "./words";

const refusals: Faults["refusals"] = {
  empty: "This must be filled in.",
  too_long: "Too long. Please shorten it.",
  too_many: "Too many. Please take some out.",
  in_future: "The day lies in the future. Only what has happened is recorded.",
  before_registration: "The day lies before the registration.",
  too_early: "The day lies before what this builds on.",
  out_of_range: "This number cannot be right.",
  unknown: "The case has no such item. Please choose again.",
  role: "Your role may not write this. Ask somebody who may.",
  not_owner: "Another unit is in charge of this case now.",
  closed: "The case is closed.",
  party_refused: "A party refused mediation. Record a new consent first.",
  must_be_written:
    "This must be settled in writing: the law says so, it is not done on the spot, or somebody objects.",
  sum_differs: "The parts do not add up to the whole amount.",
  already_done: "This is recorded already.",
  awaits_confirmation: "The township must confirm the resolution first.",
  nothing_to_accept: "No escalation is waiting. It may be void.",
  not_written_by_hand: "The program writes this by itself.",
  against_law: "The law fixes this limit. It cannot be set so.",
  not_over: "The period is not over yet. Freeze it afterwards.",
  has_cases: "There are cases in this period. It is not zero.",
  not_addressee: "This sheet went to another unit.",
  not_signed_in: "Sign the sheet in first.",
  awaits_review: "The head of the village's committee must look at it first.",
  too_few_sessions:
    "Fewer sessions failed than the rule says. Choose another ground if there is one.",
  guardian_missing: "A child’s data needs the guardian’s consent: name the guardian.",
  no_number_here:
    "This computer has no numbers. Use the computer that keeps the register, or ask the township to set numbers aside.",
  number_taken: "These numbers are given or set aside already: choose others.",
  asks_judicial_office: "The decisions contradict each other: the judicial office decides.",
  after_seal: "The signature lies after the seal. Check the day, or seal again.",
  one_sided: "Both sides must apply together. Choose parties of both.",
  not_confirmable:
    "This agreement cannot be taken to the court now: not in effect, contested, or replaced.",
};

const files: Faults["files"] = {
  missing: { what: "The file is not there.", next: "Check that the stick is plugged in." },
  denied: {
    what: "This place may not be read or written.",
    next: "Choose another folder or stick.",
  },
  not_a_file: { what: "This is not a plain file.", next: "Choose another file." },
  full: {
    what: "There is no room left.",
    next: "Delete what is not needed, or use another stick.",
  },
  gone: {
    what: "The stick was taken out or does not answer.",
    next: "Plug it in and try again. What was received is kept.",
  },
  unreliable: {
    what: "What was read back is not what was written: the stick is bad.",
    next: "Use another stick.",
  },
  exists: { what: "A file of that name is already there.", next: "Choose another name or folder." },
};

const invitations: Faults["invitations"] = {
  not_an_invitation: {
    what: "This file is not an invitation.",
    next: "Choose the file the township gave you.",
  },
  newer: { what: "A newer version made the invitation.", next: "Update this program first." },
  code_length: {
    what: "The code has the wrong number of digits.",
    next: "Read it again over the telephone, digit by digit.",
  },
  code_check: { what: "One digit of the code is wrong.", next: "Check it again, digit by digit." },
  wrong_code: {
    what: "The code does not open this invitation.",
    next: "Check that file and code belong together.",
  },
  expired: { what: "The invitation has expired.", next: "Ask the township for a new one." },
  used: { what: "The invitation was used already.", next: "Ask the township for another one." },
  not_certified: {
    what: "The invitation cannot prove that the township made it.",
    next: "Do not use it. Ask the township for a new one in person.",
  },
};

const packets: Faults["packets"] = {
  not_a_packet: { what: "This file is not a packet.", next: "Choose a packet that Pingli wrote." },
  for_another: {
    what: "This packet is for another unit and cannot be opened here.",
    next: "Take it where it belongs, and ask for one for this unit.",
  },
  damaged: {
    what: "The packet is damaged or cut short.",
    next: "Ask for a new one, or import the part that is whole.",
  },
  newer: { what: "A newer version made the packet.", next: "Update this program first." },
  other_organisation: {
    what: "The packet is of another township.",
    next: "Check whose stick it is.",
  },
  unknown_sender: {
    what: "The computer that made the packet is not known here yet.",
    next: "Exchange with the township first.",
  },
  forged: {
    what: "The signature of the packet is wrong.",
    next: "Do not use it, and tell the township.",
  },
};

const lans: Faults["lans"] = {
  bad_address: { what: "The address is not right.", next: "Type it as the other screen shows it." },
  no_answer: {
    what: "The other computer does not answer.",
    next: "Check that it is on, Pingli is open there, and both are on the same network.",
  },
  not_pingli: { what: "Pingli is not at that address.", next: "Check the address." },
  stranger: {
    what: "That computer cannot prove who it is.",
    next: "Do not exchange. Ask the township.",
  },
  not_known_there: {
    what: "That computer does not know this one yet.",
    next: "Exchange with the township by stick first.",
  },
  other_organisation: { what: "That computer is of another township.", next: "Check the address." },
  version: { what: "The two versions do not fit.", next: "Update the older one." },
  cut: { what: "The line broke.", next: "What was received is kept. Exchange again to go on." },
  nonsense: { what: "The other side could not be understood.", next: "Try again, or use a stick." },
  port_taken: { what: "Another program uses this port.", next: "Close it, or let Pingli choose." },
};

const fault: FaultTable = {
  unknown_command: () => ({ what: "The program does not know this.", next: "Update the program." }),
  bad_request: () => ({ what: "This cannot be understood.", next: "Check what you typed." }),
  no_profile: () => ({ what: "This computer is not set up.", next: "Found or join a township." }),
  profile_exists: () => ({ what: "This computer is set up already.", next: "Open it." }),
  profile_in_use: () => ({
    what: "Another window has the same files open.",
    next: "Use that one, or close it.",
  }),
  locked: () => ({ what: "It is locked.", next: "Type the passphrase to go on." }),
  wrong_passphrase: () => ({
    what: "The passphrase is wrong.",
    next: "Check capitals and the input method.",
  }),
  weak_passphrase: () => ({
    what: "The passphrase is too easily guessed.",
    next: "Make it longer: four unrelated words are good.",
  }),
  newer_profile: () => ({
    what: "A newer version wrote these files.",
    next: "Update the program.",
  }),
  profile_damaged: () => ({
    what: "The files on this computer are damaged and were not opened.",
    next: "Delete nothing. They can be restored from another computer.",
  }),
  disk_full: () => ({
    what: "The disk is full. Nothing was saved.",
    next: "Make room, then retry.",
  }),
  file: ({ reason }) => files[reason],
  not_found: () => ({ what: "This cannot be found.", next: "It may not have arrived here yet." }),
  refused: ({ reason }) => ({ what: refusals[reason], next: "Change it and save again." }),
  not_allowed: ({ may }) => ({
    what: "Your role may not do this.",
    next:
      may.length > 0
        ? `Ask: ${may.map((role) => words.role[role]).join(", ")}.`
        : "Ask the township.",
  }),
  contested: () => ({ what: "This item has two values.", next: "Decide which holds first." }),
  unknown_version: () => ({
    what: "The text changed while you were typing.",
    next: "Your words are still here. Look at the new text and save again.",
  }),
  newer_record: () => ({
    what: "A newer version wrote part of this case.",
    next: "Update the program.",
  }),
  invitation: ({ reason }) => invitations[reason],
  packet: ({ reason, whole_segments }) =>
    reason === "damaged" && whole_segments === 0
      ? { what: packets.damaged.what, next: "Ask for a new one." }
      : packets[reason],
  lan: ({ reason }) => lans[reason],
  cancelled: () => ({ what: "Stopped.", next: "Nothing is lost. Start again at any time." }),
  not_here: () => ({ what: "This cannot be done here.", next: "Do it in the desktop window." }),
  internal: ({ incident }) => ({
    what: "The program made a mistake. Your files are untouched.",
    next: incident ? `Try again, or report number ${incident}.` : "Try again.",
  }),
  unreachable: () => ({
    what: "The program behind this page does not answer.",
    next: "See whether it was closed, and open it again.",
  }),
};

export const faults: Faults = { fault, refusals, files, invitations, packets, lans };
