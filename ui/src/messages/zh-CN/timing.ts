// Words for clocks, cards and answers: what runs, until when, and what became of it.

import type {
  CardColour,
  ClockKind,
  ClockUnit,
  ExtensionFlaw,
  Light,
  ReplyKind,
  ReplyOutcome,
  ReviewStage,
  SuspensionGround,
} from "@/host/types";

export const timing = {
  clockKind: {
    acceptance: "受理决定",
    mediation: "调解期限",
    petition_notice: "信访告知",
    petition_handling: "信访办理",
    petition_review_request: "可以请求复查",
    petition_review: "复查",
    petition_recheck_request: "可以请求复核",
    petition_recheck: "复核",
    labour_mediation: "劳动调解",
    judicial_confirmation: "申请司法确认",
    performance: "履行",
    revisit: "回访",
    final_revisit: "最后一次回访",
    court_ruling: "法院审查",
    danger_report: "报告公安",
    stagnation: "没有实质进展",
    early_stagnation: "停滞提醒",
    urgent_sign: "紧急：签收",
    urgent_arrival: "紧急：到场",
    urgent_handling: "紧急：处置",
    urgent_closing: "紧急：办结",
  } satisfies Record<ClockKind, string>,
  clockUnit: {
    minutes: "分钟",
    days: "天",
    working_days: "个工作日",
  } satisfies Record<ClockUnit, string>,
  light: {
    off: "已停",
    green: "绿灯",
    yellow: "黄灯",
    red: "红灯",
  } satisfies Record<Light, string>,
  extensionFlaw: {
    late: "届满后批准，不生效",
    role: "批准的人没有权限",
    consent: "没有双方同意",
    too_long: "超过可以延长的天数",
    again: "只能延长一次",
  } satisfies Record<ExtensionFlaw, string>,
  cardColour: {
    blue: "蓝牌",
    yellow: "黄牌",
    red: "红牌",
  } satisfies Record<CardColour, string>,
  suspensionGround: {
    appraisal: "鉴定",
    absence: "当事人外出",
    other: "其他",
  } satisfies Record<SuspensionGround, string>,
  replyKind: {
    notice: "受理告知",
    opinion: "处理意见",
    review: "复查意见",
    recheck: "复核意见",
  } satisfies Record<ReplyKind, string>,
  reviewStage: {
    review: "复查",
    recheck: "复核",
  } satisfies Record<ReviewStage, string>,
  replyOutcome: {
    supported: "支持",
    reasonable_without_basis: "合理但缺依据",
    not_supported: "不支持",
  } satisfies Record<ReplyOutcome, string>,
};
