import type { Words } from "../zh-CN/words";

type DispatchWords = Pick<
  Words,
  | "sheetKind"
  | "sheetPart"
  | "sheetStatus"
  | "referralStatus"
  | "countedAs"
  | "reportState"
  | "limitKind"
  | "limitUnit"
  | "bound"
>;

export const dispatch: DispatchWords = {
  sheetKind: { reminder: "Reminder", liaison: "Liaison sheet", order: "Order" },
  sheetPart: { lead: "leads", co: "co-operates" },
  sheetStatus: {
    issued: "To be signed in",
    signed_in: "Signed in",
    objected: "Objected to, to be decided",
    returned: "Objection upheld, sent back",
    replied: "Answered",
    closed: "Closed",
    replied_and_closed: "Answered and closed",
    reassigned: "Given to another unit",
  },
  referralStatus: {
    proposed: "The village's head must look at it",
    passed: "The township must send it on",
    given_back: "Not passed in the village",
    dispatched: "Sent on",
  },
  countedAs: { own: "This period", late: "Came late", before: "Earlier periods" },
  reportState: {
    cases: "Has cases",
    zero: "Reported zero",
    zero_struck: "Zero struck out: has cases",
    missing: "Not reported",
  },
  limitKind: {
    village_failures: "Failed sessions in the village before a climb is suggested",
    township_failures: "Failed sessions at the township before the county is suggested",
    meeting_minutes: "How far apart records may be one meeting",
    counts_one_sided: "Whether a session that heard one side counts",
    oral_on_the_spot_only: "Oral agreements only for what is done on the spot",
    has_early_stagnation: "Use the early sign of a standstill",
    card_answer_days: "Working days to answer a card",
    second_overdue_days: "Days within which a second passing makes a yellow card",
    yellow_cards: "Yellow cards of a quarter that make a red one",
    yellow_percent: "From how much left a clock is yellow",
    silent_days: "Days without an exchange before a neighbour is red",
    late_entry_days: "Days after which an entry is marked late",
    clock_skew_minutes: "How far clocks may differ",
    idle_minutes: "Minutes until a desk left alone locks itself",
    exchanges_while_idle: "Go on exchanging while a desk left alone is locked",
  },
  limitUnit: {
    minutes: "minutes",
    days: "days",
    working_days: "working days",
    times: "times",
    percent: "%",
    yes_no: "yes or no",
  },
  bound: {
    local: "The township's own",
    at_most: "Longest by law: may be shortened only",
    at_least: "Shortest by law: may be lengthened only",
    fixed: "Fixed by law",
  },
};
