import type { Workbench } from "../zh-CN/workbench";

export const workbench: Workbench = {
  title: "What to do today",
  register: "Register a dispute",
  neighbours: {
    titleVillage: "Last exchange with the township",
    titleTownship: "Last exchange with each village",
    never: "Never exchanged",
    notJoined: "No computer has joined yet",
    pending: (n) => `${n} to send`,
    delivered: (n) => `${n} delivered`,
    overdue: (days) => `${days} days without exchange`,
    inStep: "In step",
    go: "Go and exchange",
    clock: "The two clocks differ by more than ten minutes. Please check them.",
  },
};
