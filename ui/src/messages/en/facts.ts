import type { FactSentences } from "../zh-CN/facts";
import { words } from "./words";

const said = (text: string) => (text === "" ? "" : `: ${text}`);
const list = (names: string[]) => names.join(", ");

export const facts: FactSentences = {
  registered: (b) =>
    `Registered (${words.source[b.source]})${b.demands.length > 0 ? `, asks for: ${b.demands.join("; ")}` : ""}`,
  party_added: (b) => `${words.side[b.side]}: ${b.name}`,
  category_set: (b) => `Type set to “${words.category[b.category]}”`,
  local_item_set: ({ item }) =>
    item
      ? `Local item set to “${item.group} / ${item.name}” (${item.code})`
      : "Under no local item any more",
  risk_assessed: (b) => `Risk judged ${words.risk[b.risk].toLowerCase()}${said(b.reason)}`,
  accepted: (b) => `Accepted (${words.acceptedOn[b.on]})`,
  consent_recorded: (b, c) => `${c.party(b.party)}: ${words.will[b.will]}${said(b.note)}`,
  visit_received: (b, c) =>
    `Visit by ${b.party ? c.party(b.party) : "somebody"}${said(b.content)}${b.danger ? " (may turn violent)" : ""}`,
  session_held: (b) =>
    `Session at ${b.place}: ${words.sessionResult[b.result]}; presided by ${b.host}`,
  agreement_reached: (b, c) =>
    `${words.agreementForm[b.form]} reached${b.amount_fen === null ? "" : `, ${c.money(b.amount_fen)}`}`,
  agreement_signed: (b, c) =>
    `Agreement signed (${words.signedWith[b.with]}): ${list([...b.parties.map(c.party), ...b.mediators])}`,
  agreement_sealed: (b) => `Agreement sealed: ${b.seal}`,
  performance_noted: (b, c) =>
    `Performance${b.line === null ? "" : ` of line ${b.line + 1}`}: ${words.kept[b.kept]}${
      b.amount_fen === null ? "" : `, ${c.money(b.amount_fen)}`
    }${said(b.note)}`,
  urged: (b, c) => `Urged${b.party ? ` ${c.party(b.party)}` : ""} to perform${said(b.note)}`,
  confirmation_prepared: (b) =>
    `Papers for the court${b.materials.length > 0 ? `: ${list(b.materials.map((m) => words.material[m]))}` : ""}${said(b.note)}`,
  confirmation_filed: (b, c) =>
    `${list(b.applicants.map(c.party))} asked ${b.court} to confirm (${words.courtChoice[b.choice]})`,
  confirmation_accepted: (b) => `Registered by the court${said(b.number)}`,
  confirmation_ruled: (b) =>
    `Confirmation: ${words.ruling[b.result]}${said(b.number)}${said(b.reason)}`,
  escalated: (b) =>
    `Escalated to the township (${words.escalationReason[b.reason]})${said(b.note)}`,
  escalation_accepted: () => "The township accepted the escalation",
  resolution_confirmed: (b) => `The township confirmed the resolution${said(b.note)}`,
  revisited: (b, c) =>
    `Follow-up${b.party ? ` with ${c.party(b.party)}` : ""}${b.kept ? `, ${words.kept[b.kept]}` : ""}${
      b.satisfaction ? `, ${words.satisfaction[b.satisfaction]}` : ""
    }${said(b.note)}`,
  closed: (b) =>
    `Closed: ${words.outcome[b.outcome]}${
      b.routes.length > 0 ? `; told of: ${list(b.routes.map((r) => words.route[r]))}` : ""
    }${said(b.note)}`,
  acknowledged: () => "Taken note of",
  note: (b) => b.text,
  attachment_added: (b) => `Attachment: ${b.name}`,
  attachment_withdrawn: (b) => `An attachment taken out${said(b.reason)}`,
  form_printed: (b) =>
    b.pages === 0
      ? `Form saved as a Word file, to be edited (number ${b.number})`
      : `Form printed: copies ${b.copies}, pages ${b.pages} (number ${b.number})`,
  corrected: (b) => `Corrected one “${words.factKind[b.to.kind]}”${said(b.reason)}`,
  decided: (b) => `Decision${said(b.reason)}`,
  person_registered: () => "Person registered",
  person_decided: (b) => `Decision on a person${said(b.reason)}`,
  unit_registered: (b) => `Unit registered (${words.unitSort[b.sort]})`,
  unit_renamed: (b) => `Renamed ${b.name}${said(b.ground)}`,
  unit_merged: (b, c) => `Became part of ${c.unit(b.into)}${said(b.ground)}`,
  unit_withdrawn: (b) => `Unit registration taken back${said(b.reason)}`,
  mediators_appointed: (b) =>
    `${words.chosenBy[b.chosen_by]} chose ${list([b.host, ...b.mediators])}`,
  relation_disclosed: (b, c) =>
    `${b.mediator} disclosed a relation${b.party ? ` to ${c.party(b.party)}` : ""}: ${b.relation}`,
  recused: (b) => `${b.mediator} withdrew as mediator${said(b.reason)}`,
  recusal_waived: (b, c) => `${list(b.parties.map(c.party))} kept ${b.mediator} as mediator`,
  rights_told: (b, c) => `${list(b.parties.map(c.party))} told of rights and duties`,
  escalation_withdrawn: (b) => `Escalation taken back${said(b.reason)}`,
  escalation_returned: (b) => `Given back by the township${said(b.reason)}`,
  track_added: (b) =>
    `Track added: ${words.track[b.track]}${b.reference === "" ? "" : ` (${b.reference})`}`,
  suspended: (b) => `Suspended (${words.suspensionGround[b.ground]})${said(b.note)}`,
  resumed: (b) => `Resumed${said(b.note)}`,
  deadline_extended: (b) =>
    `${words.clockKind[b.clock]} extended by ${b.days} days${said(b.reason)}`,
  site_visited: (b) => `Site visit${said(b.findings)}`,
  inquiry_made: (b) => `Inquiry with ${b.whom}${said(b.record)}`,
  evidence_taken: (b) => `Evidence taken: ${b.what}`,
  contact_tried: (b) => `${b.reached ? "Reached" : "Nobody answered"}${said(b.note)}`,
  reply_delivered: (b) =>
    `${words.replyKind[b.reply]} delivered${b.outcome ? ` (${words.replyOutcome[b.outcome]})` : ""}${said(b.note)}`,
  review_requested: (b) => `${words.reviewStage[b.stage]} asked for${said(b.note)}`,
  card_issued: (b) =>
    `${words.cardColour[b.colour]} (${words.clockKind[b.clock]})${said(b.reason)}`,
  card_answered: (b) => `Card answered: ${b.text}`,
  card_corrected: (b) => `Correction of a card handed over${said(b.note)}`,
  flagged: (b) => `Flagged: ${list(b.flags.map((f) => words.flag[f]))}${said(b.note)}`,
  reported_to_police: (b) => `Reported to ${b.to}: ${b.matter}`,
  police_responded: (b) => `The police answered: ${b.result}`,
  terminated: (b) =>
    `Mediation ended (${words.outcome[b.ground]}); told of: ${list(b.routes.map((r) => words.route[r]))}${said(b.note)}`,
  declined: (b) => `Declined: ${b.reason}; told of: ${list(b.routes.map((r) => words.route[r]))}`,
  transferred: (b) => `Transferred: ${words.destination[b.to]}${said(b.note)}`,
  voided: (b) => `Made void${said(b.reason)}`,
  reopened: (b) => `Reopened${said(b.reason)}`,
  archived: (b) => `Archived (${words.retention[b.retention]})`,
  restricted: (b) => `File restricted${said(b.reason)}`,
  restriction_lifted: (b) => `Restriction lifted${said(b.reason)}`,
  file_statement: (b) => `Statement on the file: ${b.text}`,
  number_assigned: (b) => `Number: ${b.number}`,
  case_shared: (b) =>
    `Shared with ${b.units.length} more ${b.units.length === 1 ? "unit" : "units"}`,
  case_left: (b) => `A unit left the case${said(b.reason)}`,
  number_voided: (b) => `Number set aside: ${b.number}${said(b.reason)}`,
  duplicate_decided: (b) =>
    `With ${list(b.cases.map((c) => c.number))}: ${words.duplicateVerdict[b.verdict]}${said(b.reason)}`,
  taken_up: (b) => `Taken up as a new case: ${b.number}`,
  privacy_recorded: (b, c) =>
    `Data of ${c.party(b.party)}: ${words.privacyGround[b.ground]}${
      b.guardian === "" ? "" : ` (guardian ${b.guardian})`
    }${said(b.note)}`,
  person_withdrawn: (b) => `Record taken back${said(b.reason)}`,
  persons_linked: (b) =>
    `${b.same ? "Linked with another record" : "Separated from another record"}${said(b.reason)}`,
  register_holder_set: (b) => `Register: ${b.region}${b.committee}人调字`,
  number_block_reserved: (b) => `Numbers set aside: ${b.year}, ${b.from} to ${b.to}`,
  referral_proposed: (b) => `Asked for a department: ${b.matter}`,
  referral_reviewed: (b) =>
    `${b.passed ? "Passed on to the township" : "Not passed on"}${said(b.reason)}`,
  consulted: (b) => `Consultation on who leads${said(b.note)}`,
  consultation_approved: (b) => `Consultation approved${said(b.note)}`,
  sheet_issued: (b, c) =>
    `${words.sheetKind[b.sheet]} ${b.number} (${words.sheetPart[b.part]}${
      b.due ? `, by ${c.day(b.due)}` : ""
    }): ${b.requirement}`,
  sheet_signed_in: (b) => (b.accepts ? "Sheet signed in and accepted" : "Sheet signed in"),
  sheet_objected: (b) => `Objection: ${b.reasons}`,
  objection_decided: (b) =>
    `${b.upheld ? "Objection upheld" : "Objection not upheld"}${said(b.reason)}`,
  sheet_replied: (b) => `Sheet answered (${words.kept[b.kept]}): ${b.text}`,
  sheet_closed: (b) => `Sheet closed${said(b.note)}`,
  settings_set: (b) => `Settings changed${said(b.reason)}`,
  local_item_listed: ({ item, unit, frequency, withdrawn, reason }) =>
    `Local catalogue, ${item.code}: “${item.group} / ${item.name}” ${
      withdrawn ? "withdrawn" : "listed"
    } (${[words.category[item.category], unit, frequency].filter(Boolean).join(", ")})${said(reason ?? "")}`,
  period_frozen: (b) => `Statistics of ${b.period} frozen, ${b.numbers.cases} cases`,
  period_counted: (b) => `Cases of a freeze (${words.countedAs[b.counted_as]}): ${b.cases.length}`,
  zero_reported: (b) => `Zero report for ${b.period}${said(b.note)}`,
};
