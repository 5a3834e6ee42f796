import type { Frame } from "../zh-CN/frame";

import { counted } from "./plural";

export const frame: Frame = {
  product: "Pingli",
  skip: "Skip to the page",
  menu: "Menu",
  menuClose: "Close the menu",
  places: "Places",
  search: "Find cases",
  searchHint: "Name, number, end of a telephone, matter…",
  rail: {
    workbench: "Today",
    ledger: "Ledger",
    registration: "Register",
    triage: "Triage",
    conflicts: "Conflicts",
    statistics: "Statistics",
    exchange: "Exchange",
    settings: "Settings",
    help: "Help",
  },
  count: (n) => `${n} to do`,
  keys: {
    help: "Help",
    register: "Register",
    search: "Find",
    ledger: "Ledger",
    exchange: "Exchange",
    lock: "Lock",
    menu: "Menu",
  },
  keysLabel: "Keys",
  saved: "Saved here · all encrypted",
  behind: (n) => `${counted(n, "file")} still being put in order`,
  alarm: {
    title: "Look at this now:",
    fork: (unit, device, _says, when) =>
      `two computers use the identity of “${device}” of ${unit} (noticed ${when}). Most likely a profile was copied or an old image put back. What both wrote is gathered, nothing is lost. Ask by telephone; then the township enrols the computer anew (Settings, Computers).`,
    forkHere: (when) =>
      `another computer uses the identity of this one (noticed ${when}). Most likely the profile was copied or an old image put back. Nothing you wrote is lost, and you can go on. Tell the township by telephone; what to do is on the page “Today”.`,
    second_claim: (unit, device, says, when) =>
      `the invitation for ${unit} was used by “${device}”, and ${when} another computer (${says}) came with it and was turned away. Compare the digits of both by telephone; if the wrong one has joined, shut it out (Settings).`,
    too_many_tries: (unit, _device, _says, when) =>
      `${when} somebody guessed at the invitation for ${unit} over the network; it is shut there. Invite again if it is still needed.`,
    clock_behind: (_unit, _device, says, when) =>
      `the clock of this computer shows ${when}, and there are records of ${says} here already. It is probably slow: set date and time right before you go on. Nothing that was written is lost.`,
    clock_ahead: (_unit, _device, says, when) =>
      `the clock of this computer shows ${when}, and the latest records here are of ${says}, more than a year earlier. Check date and time; if the computer really rested that long, press “Noted”.`,
    altered: (_unit, device, says, when) =>
      `what is stored on this computer was altered (noticed ${when}): ${says ? `case ${says}, ` : ""}written by “${device}”. Other computers still have it as it was. Do not work on that case here, and tell the township at once; it invites a new computer in the place of this one, which fetches the records back.`,
    altered_elsewhere: (unit, device, says, when) =>
      `“${device}” of ${unit} found that what it stores was altered (${when})${says ? `: case ${says}` : ""}. What came here is as it was. Have somebody look at that computer and ask who touched it, then invite a new one in its place.`,
    damaged: (_unit, device, _says, when) =>
      `the data file of “${device}” is damaged (noticed ${when}); its disk may be failing. Exchange with the township at once, then have a new computer invited in its place.`,
    more: (count) => `${count} more.`,
    go: "Settings",
    seen: "Noted",
  },
  practice: "Practice",
  practiceSays: "Everybody and everything here is invented. Try what you like.",
  practiceLeave: "Leave practice",
  sync: {
    never: "Never exchanged",
    inStepTownship: "In step with the township",
    inStepVillages: (n) => `${counted(n, "village")} in step`,
    some: "More to send",
    overdueTownship: "Township not met for long",
    overdueVillages: (n) => `${counted(n, "village")} over 3 days`,
    pending: (n) => `${n} to send`,
    waiting: "A packet waits for an earlier one",
    last: (when, way) => `Last: ${when}, ${way}`,
    nobody: "No units to exchange with yet",
  },
  notFound: "There is no such page",
  notFoundNext: "Choose a place on the left.",
  zoom: (percent) => `Zoom to ${percent}%`,
};
