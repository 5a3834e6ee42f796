import type { Faults, FaultTable } from "../zh-CN/faults";
import { words } from "./words";

const refusals: Faults["refusals"] = {
  empty: "This must be filled in.",
  too_short: "Too short. Please say more.",
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
  not_adoptable: "This cannot be adopted, only noted.",
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
  has_left: "Our unit left this case. To write on it, ask the township to share it again.",
  stays_responsible:
    "The township and the unit that has the case in hand do not leave it. Hand the case on first.",
  unit_ended: "This unit is part of another now, or was taken back. Choose the one there is now.",
  in_use:
    "This unit has a computer, an invitation or a case. It cannot be taken back; it can be merged.",
  not_archived:
    "The case is not archived: file it first, or, to erase, take another case of the law.",
  kept_for_ever: "This file is kept for ever: restrict it, or take another case of the law.",
  restricted: "The file is restricted: it is kept and nothing else. The head must lift that first.",
  names_somebody:
    "This names a party, a telephone or a home, or holds a word that is taken out. Write it without.",
  undecided: "Something is not decided, or waits to be looked at. Deal with it first.",
  bound_by_agreement:
    "They are bound by an agreement that holds, and stay in it. Seal the case, or erase the whole of it by law.",
  signed_paper:
    "A signed paper holds these words and is not altered. Seal the case, or erase the whole of it by law.",
};

const weaknesses: Faults["weaknesses"] = {
  short: "The passphrase is too short: eight characters at least.",
  repeated: "The passphrase repeats the same few characters.",
  sequence: "The passphrase is a plain sequence.",
  keyboard: "The passphrase is a row of neighbouring keys.",
  digits: "The passphrase is nothing but a few digits.",
  birthday: "The passphrase is a birthday or an identity number.",
  telephone: "The passphrase is a telephone number.",
  name: "The passphrase is your name, or its pinyin.",
  place: "The passphrase is the name of the place or the unit, or its pinyin.",
  product: "The passphrase is the name of this program.",
  common: "Everybody tries this passphrase first.",
};

const files: Faults["files"] = {
  missing: { what: "The file is not there.", next: "Check that the stick is plugged in." },
  denied: {
    what: "This place may not be read or written.",
    next: "Choose another folder or stick. If it goes on, tell the virus scanner to trust this folder.",
  },
  held: {
    what: "Another program holds this file, most likely a virus scanner.",
    next: "Try again in a moment. If it goes on, tell the virus scanner to trust this folder.",
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
  elsewhere: {
    what: "The invitation is not for this computer.",
    next: "Ask the township for one for this unit that takes no other computer's place.",
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
  too_many_computers: {
    what: "That unit has more computers than one packet can be locked to. Nothing was written.",
    next: "Have the township revoke those that are no longer used, then try again.",
  },
};

const forms: Faults["forms"] = {
  too_long: { what: "There is too much for one document.", next: "Print it in several parts." },
  template: {
    what: "The layout file of this form is wrong.",
    next: "Tell whoever looks after the program what stands below.",
  },
  changed: {
    what: "The case has changed since this was shown.",
    next: "Look at it again, then print.",
  },
  no_archive: {
    what: "This folder is no archive of Pingli, or its manifest cannot be read.",
    next: "Choose a folder that was written as an archive.",
  },
  no_word: {
    what: "This is no Word file (.docx), or it is broken or has a password.",
    next: "Open it in Word or WPS, save it as .docx without a password, and try again.",
  },
  too_large: {
    what: "This Word file is too large, or unpacks to more than any real one.",
    next: "Take large pictures out of it and try again.",
  },
  macros: {
    what: "This Word file has macros. Files with macros are not used.",
    next: "Save it as a .docx without macros and try again.",
  },
  outside: {
    what: "This Word file points outside itself: a hyperlink, a linked picture, or something of another program.",
    next: "Take the links out, insert pictures instead of linking them, and try again.",
  },
  exhausted: {
    what: "Setting this paper took too long or too much memory. It was stopped, and nothing else was touched.",
    next: "If it has a layout of your own, put the built-in one back; if there are many attachments, bind it with fewer.",
  },
  picture: {
    what: "A PDF cannot be read, or has a password.",
    next: "Open it elsewhere, save it without a password, and add it to the case anew.",
  },
  no_names: {
    what: "No name in braces in this Word file is known, so nothing would be filled in.",
    next: "Write names from the list on the page in braces, such as {案号}, and try again.",
  },
};

const backups = {
  not_a_backup: {
    what: "This is no backup of Pingli.",
    next: "Choose the disk for backups, or the backup's folder on it.",
  },
  damaged: {
    what: "This backup is not whole and was not used.",
    next: "Choose the backup of another day, or the one in the second place.",
  },
  newer: {
    what: "A newer version of Pingli made this backup.",
    next: "Put the newer version on this computer first.",
  },
  busy: {
    what: "Personal information is being erased; the backup gave way.",
    next: "Back up again in a few minutes.",
  },
};

const keyrings: Faults["keyrings"] = {
  unavailable: {
    what: "The system’s keyring does not open it: this computer has none, or it failed.",
    next: "Type the passphrase. Nothing is lost.",
  },
  refused: {
    what: "The system’s keyring does not open it: the system did not agree.",
    next: "Type the passphrase; or try again, and agree when the system asks.",
  },
  no_answer: {
    what: "The system’s keyring does not open it: it does not answer.",
    next: "Type the passphrase.",
  },
  gone: {
    what: "The system’s keyring does not open it: the key is not in it any more.",
    next: "Type the passphrase. To use the keyring again, turn it on under Settings, Passphrases and accounts.",
  },
  several: {
    what: "Several people use this computer, so the system’s keyring may not open it.",
    next: "Each person opens it with a passphrase of their own.",
  },
  not_now: {
    what: "Once it was locked, the system’s keyring does not open it.",
    next: "Type the passphrase.",
  },
};

const lans: Faults["lans"] = {
  bad_address: { what: "The address is not right.", next: "Type it as the other screen shows it." },
  no_answer: {
    what: "The other computer does not answer: it is off, or Pingli is not open there.",
    next: "Check that it is on, that somebody opened Pingli with a passphrase, and that both are on the same network.",
  },
  locked: {
    what: "The other computer is locked.",
    next: "Telephone, and have somebody there open it with their passphrase; or take a stick.",
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

const tables: Faults["tables"] = {
  too_large: {
    what: "This spreadsheet is too large.",
    next: "20 MiB at most. Take the pictures out of it, or make several files of it.",
  },
  no_table: {
    what: "This is no xlsx, or it is broken or has a password.",
    next: "Open it in a spreadsheet program, take the password off, save it as xlsx, and choose it again.",
  },
  bomb: {
    what: "Unpacked, this file is larger than any real table; it was not opened.",
    next: "Ask where it came from. If it is your own, copy what is in it into a new file.",
  },
  empty: { what: "There is nothing on this sheet.", next: "Choose another sheet or another file." },
};

const attachments: Faults["attachments"] = {
  empty: {
    what: "This file is empty.",
    next: "See whether it was copied wholly, and choose it again.",
  },
  too_large: {
    what: "This file is too large.",
    next: "Cut a recording or a scan into parts; send a photograph in a smaller size.",
  },
  cut: { what: "The file did not come wholly.", next: "Choose it again, and leave the stick in." },
  unknown_form: {
    what: "Such files cannot be attached.",
    next: "Pictures (JPG, PNG, WebP, BMP), PDF, and recordings (MP3, M4A, WAV, AMR, OGG) can. Print anything else as a PDF first.",
  },
  apple_picture: {
    what: "This is a HEIC picture of an Apple telephone.",
    next: "Choose “Most Compatible” under Camera → Formats on the telephone, or choose a screenshot.",
  },
  too_many_pixels: {
    what: "This picture has too many pixels.",
    next: "Make it smaller on the telephone, or choose a screenshot.",
  },
  damaged: {
    what: "This picture is damaged.",
    next: "Send it again from the telephone, or choose a screenshot.",
  },
  not_here: {
    what: "It is on another computer still.",
    next: "Press “Bring this one first”; it comes with the next exchange.",
  },
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
  wrong_paper: () => ({
    what: "These digits do not open this computer.",
    next: "Take its newest recovery sheet, or the kit of the township; an older sheet is void.",
  }),
  too_many_tries: ({ wait_s }) => ({
    what: "Too many wrong tries.",
    next: `Wait ${wait_s} seconds. Starting the program again does not help.`,
  }),
  account_closed: () => ({
    what: "This person works here no more, and the passphrase opens nothing.",
    next: "Open under your own name; if this is a mistake, see the head of the centre.",
  }),
  weak_passphrase: ({ reason }) => ({
    what: weaknesses[reason],
    next: "Take another: four unrelated words are good.",
  }),
  misread: ({ reason }) => ({
    what: reason === "length" ? "There should be 40 digits." : "A digit was miscopied.",
    next: "Compare with the paper, four digits at a time.",
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
  disk_failing: () => ({
    what: "The disk of this computer failed; nothing was saved.",
    next: "Try once more. If it fails again, make a backup on a stick under Settings, and have the disk looked at.",
  }),
  file: ({ reason, path }) => ({
    what: path ? `${files[reason].what} (${path})` : files[reason].what,
    next: files[reason].next,
  }),
  not_found: () => ({ what: "This cannot be found.", next: "It may not have arrived here yet." }),
  arriving: () => ({
    what: "This one is in the list already; its contents are still on their way.",
    next: "Wait until the exchange is done, then open it again.",
  }),
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
  attachment: ({ reason }) => attachments[reason],
  form: ({ reason, detail }) => ({
    ...forms[reason],
    next: detail ? `${forms[reason].next}${detail}` : forms[reason].next,
  }),
  table: ({ reason }) => tables[reason],
  backup: ({ reason }) => backups[reason],
  keyring: ({ reason }) => keyrings[reason],
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

export const faults: Faults = {
  fault,
  refusals,
  weaknesses,
  files,
  invitations,
  packets,
  attachments,
  forms,
  tables,
  backups,
  keyrings,
  lans,
};
