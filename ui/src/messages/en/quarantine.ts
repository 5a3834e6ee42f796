import type { Quarantine } from "../zh-CN/quarantine";

export const quarantine: Quarantine = {
  title: "To be looked at",
  says: "Nothing here counts, and nothing else was touched by it. What may be adopted is adopted by the head of the township; the rest is looked at and noted.",
  show: "What is shown",
  open: "Waiting",
  decided: "Dealt with",
  none: "Nothing waits",
  noneSays: "Everything that came counts, and nothing was turned away.",
  noneDecided: "Nothing was dealt with yet",
  noneDecidedSays: "What is adopted or noted stands here.",
  who: "Written by",
  unknown: "Nobody knows",
  came: "Came",
  through: (device) => `through “${device}”`,
  times: (n) => `${n} times in all`,
  about: "About",
  content: "It says",
  judged: "What was decided",
  township: "The township",
  waits: "The head of the township decides.",
  why: "Why",
  adopt: "Adopt it, let it count",
  dismiss: "Note it, do not adopt",
  together: (act, n) => `All ${n} of this computer: ${act}`,
  asks: {
    adopt: {
      title: (n) => `Adopt ${n}`,
      says: "Once adopted it counts, on every computer, and there is no taking back. Ask whoever wrote it first.",
      hint: "E.g. checked one by one with Zhou",
    },
    dismiss: {
      title: (n) => `Note ${n}, do not adopt`,
      says: "It moves to “Dealt with” and still does not count.",
      hint: "E.g. asked Zhou, who did not write it",
    },
  },
  states: { open: "Waiting", adopted: "Adopted", dismissed: "Noted, not adopted" },
  counts: { what: "Counts now", next: "Since it was adopted it counts like any other record." },
  reasons: {
    broken: {
      what: "Broken, cannot be read",
      next: "Cannot be adopted. Everything else goes on. If more of it comes from that computer, have the township shut it out and set it up anew.",
    },
    too_large: {
      what: "Too much at once",
      next: "Cannot be adopted. Nobody writes that much; have a look at that computer.",
    },
    misplaced: {
      what: "Does not fit what came before; this program did not write it",
      next: "Cannot be adopted. Have a look at that computer and shut it out if need be.",
    },
    past_missing: {
      what: "What it builds on is gone",
      next: "Cannot be adopted. As a rule a computer went back to an old backup and lost that. Whoever wrote it did nothing wrong: ask them to enter it once more, as it stands here.",
    },
    forbidden: {
      what: "Would change what nobody may change",
      next: "Cannot be adopted: what others wrote stays. Have a look at that computer and shut it out if need be.",
    },
    silent_overwrite: {
      what: "Would write over something contested without saying why",
      next: "Cannot be adopted. Whoever wrote it may decide under “Conflicts”.",
    },
    on_held: {
      what: "Builds on something that does not count",
      next: "If that is adopted, this counts too; if not, neither does.",
    },
    after_revocation: {
      what: "Written after the computer was shut out",
      next: "Ask whoever wrote it. If they did, it can be adopted.",
    },
    after_leaving: {
      what: "Written after the unit had left the case",
      next: "Ask whoever wrote it. If they had not heard of it yet, it can be adopted.",
    },
    unit_not_proven: {
      what: "The unit does not fit the computer",
      next: "Cannot be adopted. A new computer counts by itself once the township confirms it; with an old one, have a look.",
    },
    author_unknown: {
      what: "In somebody else's name",
      next: "Cannot be adopted: they do not work on this computer. Somebody new counts by themselves once the township confirms them.",
    },
    role_may_not: {
      what: "Whoever wrote it may not",
      next: "What the head may do can be adopted; for the rest, ask somebody who may to do it.",
    },
    unreadable: {
      what: "Does not belong in this kind of record",
      next: "Cannot be adopted. Have a look at that computer.",
    },
    not_carried: {
      what: "Said to come from elsewhere, without proof",
      next: "Cannot be adopted. The township carries shared cases; exchange with it once more.",
    },
    note_unreadable: {
      what: "A note of the audit that cannot be read",
      next: "It stays. Update the program on both sides and look again.",
    },
    needs_update: {
      what: "Needs a newer version of the program",
      next: "It stays. Once the program here is updated, it is understood by itself.",
    },
    unknown_sender: {
      what: "A packet of a computer nobody knows",
      next: "Not taken. For a new computer ask the township for an invitation; if the list of computers is old, exchange with the township first.",
    },
    forged: {
      what: "A packet in somebody else's name",
      next: "Not taken. Ask where this stick comes from, and use it no more.",
    },
    other_organisation: {
      what: "A packet of another township",
      next: "Not taken. Give it back to whoever brought it.",
    },
    stranger: {
      what: "An unknown or shut out computer knocked",
      next: "It was not answered. If it is not yours, find out who is on this network.",
    },
    not_certified: {
      what: "Its computer is not confirmed yet",
      next: "Not taken this time. It comes by itself once that computer has met the township.",
    },
    no_grant: {
      what: "Written where that computer may not",
      next: "Not taken. Have a look at that computer and shut it out if need be.",
    },
    not_shared: {
      what: "Not ours to see",
      next: "Not taken. Nothing to do; tell the township if it happens often.",
    },
    bad_signature: {
      what: "The signature does not fit: it was altered",
      next: "Not taken; the rest was. Somebody may have altered what is stored on the computer that sent it; have the township look.",
    },
    missing_payload: {
      what: "Something is missing that nobody erased",
      next: "Not taken; the rest was. Meet the township first; if it stays so, have the township look at the computer that sent it.",
    },
    too_much_late: {
      what: "Too much of a computer that was shut out",
      next: "What was kept can be adopted; the rest must come another way.",
    },
  },
};
