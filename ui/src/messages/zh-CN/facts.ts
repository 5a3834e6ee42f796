// Each fact as one plain sentence.

import type { Body } from "@/host/types";

import type { FactKind } from "./kinds";
import { words } from "./words";

export type BodyOf<K extends FactKind> = Extract<Body, { kind: K }>["body"];

/** What a sentence needs to know beside the fact. */
export interface FactContext {
  party(id: string): string;
  money(fen: number): string;
  day(day: string): string;
  unit(id: string): string;
}

export type FactSentences = { [K in FactKind]: (body: BodyOf<K>, context: FactContext) => string };

const said = (text: string) => (text === "" ? "" : `：${text}`);
const list = (names: string[]) => names.join("、");

export const facts: FactSentences = {
  registered: (b) =>
    `登记（${words.source[b.source]}）${b.demands.length > 0 ? `，要求：${b.demands.join("；")}` : ""}`,
  party_added: (b) => `${words.side[b.side]}：${b.name}`,
  category_set: (b) => `类型定为“${words.category[b.category]}”`,
  local_item_set: ({ item }) =>
    item ? `地方事项定为“${item.group}／${item.name}”（${item.code}）` : "不再定地方事项",
  risk_assessed: (b) => `风险评为“${words.risk[b.risk]}”${said(b.reason)}`,
  accepted: (b) => `受理（${words.acceptedOn[b.on]}）`,
  consent_recorded: (b, c) => `${c.party(b.party)}${words.will[b.will]}${said(b.note)}`,
  visit_received: (b, c) =>
    `接待${b.party ? c.party(b.party) : "来人"}${said(b.content)}${b.danger ? "（可能激化）" : ""}`,
  session_held: (b) => `在${b.place}开调解会，${words.sessionResult[b.result]}，主持：${b.host}`,
  agreement_reached: (b, c) =>
    `达成${words.agreementForm[b.form]}${b.amount_fen === null ? "" : `，${c.money(b.amount_fen)}`}`,
  agreement_signed: (b, c) =>
    `协议签名（${words.signedWith[b.with]}）：${list([...b.parties.map(c.party), ...b.mediators])}`,
  agreement_sealed: (b) => `协议盖章：${b.seal}`,
  performance_noted: (b, c) =>
    `履行${b.line === null ? "" : `第 ${b.line + 1} 期`}：${words.kept[b.kept]}${
      b.amount_fen === null ? "" : `，${c.money(b.amount_fen)}`
    }${said(b.note)}`,
  urged: (b, c) => `督促${b.party ? c.party(b.party) : ""}履行${said(b.note)}`,
  confirmation_prepared: (b) =>
    `备司法确认材料${b.materials.length > 0 ? `：${list(b.materials.map((m) => words.material[m]))}` : ""}${said(b.note)}`,
  confirmation_filed: (b, c) =>
    `${list(b.applicants.map(c.party))}向${b.court}申请司法确认（${words.courtChoice[b.choice]}）`,
  confirmation_accepted: (b) => `法院受理司法确认${said(b.number)}`,
  confirmation_ruled: (b) =>
    `司法确认：${words.ruling[b.result]}${said(b.number)}${said(b.reason)}`,
  escalated: (b) => `提级到镇（${words.escalationReason[b.reason]}）${said(b.note)}`,
  escalation_accepted: () => "镇里接收提级",
  resolution_confirmed: (b) => `镇里确认化解${said(b.note)}`,
  revisited: (b, c) =>
    `回访${b.party ? c.party(b.party) : ""}${b.kept ? `，${words.kept[b.kept]}` : ""}${
      b.satisfaction ? `，${words.satisfaction[b.satisfaction]}` : ""
    }${said(b.note)}`,
  closed: (b) =>
    `结案：${words.outcome[b.outcome]}${
      b.routes.length > 0 ? `，已告知：${list(b.routes.map((r) => words.route[r]))}` : ""
    }${said(b.note)}`,
  acknowledged: () => "已知悉",
  note: (b) => b.text,
  attachment_added: (b) => `附件：${b.name}`,
  attachment_withdrawn: (b) => `撤下一份附件${said(b.reason)}`,
  form_printed: (b) =>
    b.pages === 0
      ? `文书存成 Word 文件，可以再改（编号 ${b.number}）`
      : `打印文书 ${b.copies} 份，${b.pages} 页（编号 ${b.number}）`,
  corrected: (b) => `更正一条“${words.factKind[b.to.kind]}”${said(b.reason)}`,
  decided: (b) => `裁定${said(b.reason)}`,
  person_registered: () => "登记人员",
  person_decided: (b) => `裁定人员资料${said(b.reason)}`,
  unit_registered: (b) => `登记单位（${words.unitSort[b.sort]}）`,
  unit_renamed: (b) => `更名为${b.name}${said(b.ground)}`,
  unit_merged: (b, c) => `并入${c.unit(b.into)}${said(b.ground)}`,
  unit_withdrawn: (b) => `撤销单位登记${said(b.reason)}`,
  mediators_appointed: (b) =>
    `${words.chosenBy[b.chosen_by]}：主持 ${b.host}${b.mediators.length > 0 ? `，调解员 ${list(b.mediators)}` : ""}`,
  relation_disclosed: (b, c) =>
    `${b.mediator}说明与${b.party ? c.party(b.party) : "当事人"}的关系：${b.relation}`,
  recused: (b) => `${b.mediator}回避${said(b.reason)}`,
  recusal_waived: (b, c) => `${list(b.parties.map(c.party))}同意${b.mediator}不回避`,
  rights_told: (b, c) => `已向${list(b.parties.map(c.party))}告知权利义务`,
  escalation_withdrawn: (b) => `撤回提级${said(b.reason)}`,
  escalation_returned: (b) => `镇里退回${said(b.reason)}`,
  track_added: (b) =>
    `加一条轨道：${words.track[b.track]}${b.reference === "" ? "" : `（${b.reference}）`}`,
  suspended: (b) => `中止（${words.suspensionGround[b.ground]}）${said(b.note)}`,
  resumed: (b) => `恢复${said(b.note)}`,
  deadline_extended: (b) => `${words.clockKind[b.clock]}延期 ${b.days} 天${said(b.reason)}`,
  site_visited: (b) => `现场调查${said(b.findings)}`,
  inquiry_made: (b) => `走访${b.whom}${said(b.record)}`,
  evidence_taken: (b) => `收到证据：${b.what}`,
  contact_tried: (b) => `${b.reached ? "联系上了" : "没有联系上"}${said(b.note)}`,
  reply_delivered: (b) =>
    `送达${words.replyKind[b.reply]}${b.outcome ? `（${words.replyOutcome[b.outcome]}）` : ""}${said(b.note)}`,
  review_requested: (b) => `请求${words.reviewStage[b.stage]}${said(b.note)}`,
  card_issued: (b) =>
    `发${words.cardColour[b.colour]}（${words.clockKind[b.clock]}）${said(b.reason)}`,
  card_answered: (b) => `答牌：${b.text}`,
  card_corrected: (b) => `已送更正提醒单${said(b.note)}`,
  flagged: (b) => `标记：${list(b.flags.map((f) => words.flag[f]))}${said(b.note)}`,
  reported_to_police: (b) => `向${b.to}报告：${b.matter}`,
  police_responded: (b) => `公安答复：${b.result}`,
  terminated: (b) =>
    `终止调解（${words.outcome[b.ground]}），已告知：${list(b.routes.map((r) => words.route[r]))}${said(b.note)}`,
  declined: (b) => `不予受理：${b.reason}，已告知：${list(b.routes.map((r) => words.route[r]))}`,
  transferred: (b) => `移送：${words.destination[b.to]}${said(b.note)}`,
  voided: (b) => `作废${said(b.reason)}`,
  reopened: (b) => `重新办理${said(b.reason)}`,
  archived: (b) => `归档，保管期限：${words.retention[b.retention]}`,
  restricted: (b) => `封存${said(b.reason)}`,
  restriction_lifted: (b) => `解除封存${said(b.reason)}`,
  file_statement: (b) => `卷宗情况说明：${b.text}`,
  number_assigned: (b) => `正式编号：${b.number}`,
  case_shared: (b) => `开共办，请 ${b.units.length} 个单位一起办`,
  case_left: (b) => `一个单位退出共办${said(b.reason)}`,
  number_voided: (b) => `编号作废：${b.number}${said(b.reason)}`,
  duplicate_decided: (b) =>
    `与${list(b.cases.map((c) => c.number))}：${words.duplicateVerdict[b.verdict]}${said(b.reason)}`,
  taken_up: (b) => `重新受理为新案：${b.number}`,
  privacy_recorded: (b, c) =>
    `${c.party(b.party)}的个人信息：${words.privacyGround[b.ground]}${
      b.guardian === "" ? "" : `（监护人 ${b.guardian}）`
    }${said(b.note)}`,
  person_withdrawn: (b) => `撤回人员登记${said(b.reason)}`,
  persons_linked: (b) =>
    `${b.same ? "与另一份人员资料合并" : "与另一份人员资料分开"}${said(b.reason)}`,
  register_holder_set: (b) => `登记册：${b.region}${b.committee}人调字`,
  number_block_reserved: (b) => `留号段：${b.year} 年第 ${b.from} 号到第 ${b.to} 号`,
  referral_proposed: (b) => `报请部门办理：${b.matter}`,
  referral_reviewed: (b) =>
    `${b.passed ? "审核通过，报镇里派单" : "审核没有通过"}${said(b.reason)}`,
  consulted: (b) => `会商，定了主办和协办${said(b.note)}`,
  consultation_approved: (b) => `审批会商${said(b.note)}`,
  sheet_issued: (b, c) =>
    `发${words.sheetKind[b.sheet]} ${b.number}（${words.sheetPart[b.part]}${
      b.due ? `，${c.day(b.due)}前回` : ""
    }）：${b.requirement}`,
  sheet_signed_in: (b) => (b.accepts ? "签收单据，接办" : "签收单据"),
  sheet_objected: (b) => `提异议：${b.reasons}`,
  objection_decided: (b) => `${b.upheld ? "异议成立" : "异议不成立"}${said(b.reason)}`,
  sheet_replied: (b) => `答复单据（${words.kept[b.kept]}）：${b.text}`,
  sheet_closed: (b) => `关闭单据${said(b.note)}`,
  settings_set: (b) => `改设置${said(b.reason)}`,
  local_item_listed: ({ item, unit, frequency, withdrawn, reason }) =>
    `地方清单 ${item.code} ${withdrawn ? "撤下" : "列入"}“${item.group}／${item.name}”（${[
      words.category[item.category],
      unit,
      frequency,
    ]
      .filter(Boolean)
      .join("，")}）${said(reason ?? "")}`,
  period_frozen: (b) => `冻结 ${b.period} 统计，${b.numbers.cases} 件`,
  period_counted: (b) => `冻结所含案件（${words.countedAs[b.counted_as]}）${b.cases.length} 件`,
  zero_reported: (b) => `${b.period} 零上报${said(b.note)}`,
};
