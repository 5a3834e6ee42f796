// Words for sheets, reporting periods and settings.

import type {
  Bound,
  CountedAs,
  LimitKind,
  LimitUnit,
  ReferralStatus,
  ReportState,
  SheetKind,
  SheetPart,
  SheetStatus,
} from "@/host/types";

export const dispatch = {
  sheetKind: {
    reminder: "提醒单",
    liaison: "联系单",
    order: "交办单",
  } satisfies Record<SheetKind, string>,
  sheetPart: { lead: "主办", co: "协办" } satisfies Record<SheetPart, string>,
  sheetStatus: {
    issued: "等签收",
    signed_in: "已签收",
    objected: "提了异议，等决定",
    returned: "异议成立，已退回",
    replied: "已答复",
    closed: "已关闭",
    replied_and_closed: "已答复已关闭",
    reassigned: "已改派",
  } satisfies Record<SheetStatus, string>,
  referralStatus: {
    proposed: "等村里审核",
    passed: "等镇里派单",
    given_back: "村里没有通过",
    dispatched: "已派单",
  } satisfies Record<ReferralStatus, string>,
  countedAs: {
    own: "本期",
    late: "补报",
    before: "以前各期",
  } satisfies Record<CountedAs, string>,
  reportState: {
    cases: "有件",
    zero: "零上报",
    zero_struck: "零上报作废，有件",
    missing: "未报",
  } satisfies Record<ReportState, string>,
  limitKind: {
    village_failures: "村里几次没谈成建议提级",
    township_failures: "镇里几次没谈成建议报县",
    meeting_minutes: "相隔多久以内算同一次会议",
    counts_one_sided: "只听一方的会算不算次数",
    oral_on_the_spot_only: "口头协议只用于当场办完的",
    has_early_stagnation: "用较早的停滞提醒",
    card_answer_days: "牌在几个工作日内答复",
    second_overdue_days: "几天内再次超期发黄牌",
    yellow_cards: "一个季度几张黄牌发红牌",
    yellow_percent: "还剩多少时亮黄灯",
    silent_days: "几天没有交换标红",
    late_entry_days: "隔几天录入标补录",
    clock_skew_minutes: "两机时间差多少要提示",
  } satisfies Record<LimitKind, string>,
  limitUnit: {
    minutes: "分钟",
    days: "天",
    working_days: "个工作日",
    times: "次",
    percent: "%",
    yes_no: "是或否",
  } satisfies Record<LimitUnit, string>,
  bound: {
    local: "镇里自己定",
    at_most: "法定最长，只能缩短",
    at_least: "法定最短，只能延长",
    fixed: "法律定死，不能改",
  } satisfies Record<Bound, string>,
};
