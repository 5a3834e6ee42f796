import type { counting as chinese } from "../zh-CN/counting";

export const counting: typeof chinese = {
  C13: {
    title: "Reported numbers stay",
    says: "Frozen numbers never change; what arrives later is listed in the next period, unless the same dispute was reported already.",
  },
  freeze_once: {
    title: "One freeze a period",
    says: "Of two the one that knew less holds; the rest is late.",
  },
  zero_report: {
    title: "Silence is not zero",
    says: "A zero report must be made; any case strikes it out.",
  },
  statistics_dates: {
    title: "Which day counts",
    says: "A case by its acceptance, an agreement by the day it takes effect; of contested agreements the later amount alone.",
  },
  official_types: {
    title: "Official types and their version",
    says: "A type is one of the eighteen official ones, and each choice keeps the version of the list it was made from, so that a report can be made again.",
  },
};
