// Passphrases and accounts.

import type { Accounts } from "../zh-CN/accounts";

export const accounts: Accounts = {
  title: "Passphrases and accounts",
  says: "Change your passphrase, print a new recovery sheet, see who works on this computer.",
  open: "Open passphrases and accounts",
  own: {
    title: "My passphrase",
    says: "Change it if somebody may have seen it. One that was set for you should be changed the first time you use it.",
    change: "Change passphrase",
    now: "Passphrase now",
    next: "New passphrase",
    again: "New passphrase again",
    send: "Use the new passphrase",
    done: "The passphrase is changed. Open with the new one from now on.",
  },
  paper: {
    title: "Recovery sheet",
    says: "Whoever forgets their passphrase sets a new one with the recovery sheet. If it is lost or was seen, print a new one; the old one ends at once.",
    several:
      "Several people use this computer, and the sheet opens each account: please ask the head of your unit to print it.",
    renew: "Print a new recovery sheet",
    warning:
      "The old recovery sheet ends at once. Get the printer ready first, or have pen and paper at hand.",
    send: "End the old sheet, print a new one",
    go: "It is put away",
    done: "The new recovery sheet holds; the old one opens nothing any more.",
  },
  keyring: {
    title: "The system’s keyring",
    says: "When the program starts, the keyring of this computer can open it without a passphrase. Only then: whatever F8, sleep or an empty desk has locked wants the passphrase.",
    warning:
      "Whoever is signed in to this computer as you can start the program anew and read the cases. Turn this on only where nobody else uses your system account, and lock the screen when you leave. Keep knowing the passphrase.",
    several:
      "Several people use this computer, so it stays off. Each opens with their own passphrase.",
    on: "It is on: the next time the program starts, the lock page offers the keyring.",
    ends: "It ends by itself with a new passphrase, the recovery sheet, another person on this computer, a restored backup.",
    turnOn: "Open with the system’s keyring",
    turnOff: "Do not use the keyring any more",
    send: "Turn it on",
    sending: "Asking the system…",
    onDone: "The system’s keyring opens the program from now on. So does the passphrase.",
    offDone: "The system’s keyring opens nothing any more; the key in it is removed.",
  },
  others: {
    title: "Who uses this computer",
    says: "Each person has a passphrase, and what they write bears their name. Whoever leaves is removed by the head of the centre under “Users”.",
    you: "you",
    wait: "too many wrong tries, waiting",
    reset: "Set a new passphrase",
    resetOf: (label) => `Set a new passphrase for ${label}`,
    resetSays:
      "For somebody who forgot theirs. Let them type the new one; if you type it, tell them in person and ask them to change it at once.",
    yours: "Your own passphrase",
    yoursHint: "To be sure that it is you.",
    theirs: "Their new passphrase",
    resetSend: "Set the new passphrase",
    resetDone: (label) => `${label} has a new passphrase; the old one opens nothing any more.`,
    add: "Add a person",
    addSays: "One person, one account: none is shared. Let them type their passphrase.",
    name: "Name",
    nameHint: "Everything they write bears this name.",
    label: "Name on the lock page",
    labelHint: "Their name if left empty. Everybody sees it while the computer is locked.",
    role: "Post",
    newTheirs: "Their passphrase",
    newAgain: "Their passphrase again",
    joinSays:
      "First ask the township for an invitation for this unit, with the post; the file comes on a stick, the code by telephone. One invitation adds one person. Let them type their passphrase.",
    joinDone: (label) =>
      `${label} may begin: lock the computer and open it with their name. The township confirms them at the next exchange; until then it does not show what they write.`,
    addSend: "Add this person",
    addDone: (label) =>
      `${label} may begin: lock the computer, choose the name on the lock page, open with their passphrase.`,
  },
};
