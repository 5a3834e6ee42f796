// Cases as the program would answer with them.

import type {
  CardView,
  CaseLine,
  CaseView,
  ClockView,
  EventView,
  NoticeView,
  PartyView,
  WhyView,
  WorkbenchView,
} from "@/host/types";

import { VILLAGE } from "./open";

export const CASE = "CASE-1";
export const why: WhyView = { rule: "session_counts", source: "3321 工作方法", facts: ["F-1"] };

export function line(index: number, change: Partial<CaseLine> = {}): CaseLine {
  return {
    id: `CASE-${index}`,
    number: `临-A-${String(index).padStart(4, "0")}`,
    title: `张某与李某排水纠纷${index}`,
    parties: ["张某", "李某"],
    category: "neighbours",
    local_group: null,
    local_item: null,
    place: "桥头村三组",
    stage: "handling",
    state: "mediating",
    marks: [],
    owner: VILLAGE,
    registered: "2026-03-03",
    next_due: null,
    risk: null,
    is_closed: false,
    open_conflicts: 0,
    village_sessions: 2,
    township_sessions: 0,
    matched: [],
    ...change,
  };
}

export function party(id: string, name: string, side: "applicant" | "respondent"): PartyView {
  const details = {
    name,
    side,
    sex: null,
    birth: null,
    phone: "13900006218",
    address: "桥头村三组",
    id_number: null,
    person: null,
    guardian: null,
    school: null,
  };
  return {
    id,
    details,
    is_minor: false,
    shown_name: name,
    will: null,
    privacy: null,
    id_warnings: [],
  };
}

export function view(change: Partial<CaseView> = {}): CaseView {
  return {
    id: CASE,
    space: "SPACE",
    sharing: null,
    number: "临-A-0001",
    title: "张某与李某排水纠纷",
    stage: "handling",
    retention: "long",
    redacted: null,
    state: "mediating",
    marks: [],
    owner: VILLAGE,
    owner_why: null,
    registration: {
      id: "F-0",
      at: "2026-03-03",
      by: { id: "USER", name: "周某", role: "R3" },
      unit: VILLAGE,
      source: "application",
      track: "people_mediation",
      demands: ["恢复水沟"],
      follows: null,
      token: null,
    },
    category: "neighbours",
    category_why: null,
    local_item: null,
    local_item_why: null,
    written_only: null,
    risk: null,
    risk_why: null,
    fields: {
      title: { value: "张某与李某排水纠纷", is_contested: false },
      place: { value: "桥头村三组", is_contested: false },
      amount: { value: null, is_contested: false },
    },
    texts: {
      summary: { text: "水沟被堵。", version: "v1" },
      agreement: { text: "", version: "v1" },
    },
    attachments: [],
    parties: [party("P-1", "张某", "applicant"), party("P-2", "李某", "respondent")],
    sessions: [
      {
        id: "F-1",
        number: 1,
        at: "2026-03-10",
        result: "failed",
        level: "village",
        with: [],
        uncounted: "one_sided",
        why,
      },
    ],
    hosting: { host: null, mediators: [], recused: [] },
    suggestions: [],
    escalations: [],
    agreements: [],
    open_demands: [],
    open_demands_why: null,
    formal_number: null,
    former_numbers: [],
    voided_numbers: [],
    merged_into: null,
    sources: [],
    types: ["neighbours"],
    links: [],
    candidates: [],
    applied: "2026-03-03",
    applications: [],
    limitations: [],
    taken_up: [],
    sight: "whole",
    may_break_glass: false,
    open_until_ms: null,
    red_branch: null,
    may_suggest_meeting: true,
    archive: null,
    dispatch: {
      lead: null,
      lead_why: null,
      co: [],
      sheets: [],
      referrals: [],
      consultations: [],
    },
    settings_version: "builtin-1",
    is_settings_known: true,
    tracks: ["people_mediation"],
    clocks: [],
    cards: [],
    cards_due: [],
    dues: [],
    conflicts: [],
    notices: [],
    closure: null,
    counts: {
      visits: 0,
      sessions: 1,
      village_sessions: 0,
      township_sessions: 0,
      escalations: 0,
      written_agreements: 0,
      oral_agreements: 0,
      amount_fen: 0,
      is_amount_unverified: false,
      satisfied: 0,
      mostly_satisfied: 0,
      unsatisfied: 0,
    },
    event_count: 1,
    may_write: ["session_held", "note", "corrected", "closed", "acknowledged", "category_set"],
    needs_update: false,
    ...change,
  };
}

export function event(change: Partial<EventView> = {}): EventView {
  return {
    id: "F-1",
    at: "2026-03-10AM",
    recorded_ms: Date.UTC(2026, 2, 10, 3, 0),
    by: { id: "USER", name: "周某", role: "R3" },
    unit: VILLAGE,
    device: { id: "DEVICE", name: "村里电脑 A" },
    fact: {
      kind: "session_held",
      body: {
        place: "村委会",
        mode: "joint",
        host: "周某",
        mediators: [],
        present: ["P-1"],
        result: "failed",
        public: false,
        recorder: "",
        participants: [],
        rights_told: false,
        issues: [],
        proposal: "",
        undisputed: "",
        danger: false,
      },
    },
    marks: [],
    ...change,
  };
}

export function clock(change: Partial<ClockView> = {}): ClockView {
  return {
    kind: "mediation",
    key: "mediation/F-0",
    start: "2026-03-05",
    unit: "days",
    limit: 30,
    natural_end: "2026-04-04",
    end: "2026-04-07",
    end_minute: null,
    days_left: 14,
    light: "green",
    is_paused: false,
    stopped: null,
    is_calendar_known: true,
    extensions: [],
    reminders: [],
    card_due: null,
    begins: "受理日",
    source: "人民调解工作若干规定（2002）第三十三条",
    why: { rule: "clocks", source: "民法典（2020）第二百条至第二百零四条", facts: ["F-1"] },
    ...change,
  };
}

export function card(change: Partial<CardView> = {}): CardView {
  return {
    issued: ["CARD-1"],
    colour: "red",
    clock: "stagnation",
    anchor: "2026-03-19",
    at: "2026-03-20",
    unit: VILLAGE,
    follows: [],
    is_delivered: true,
    is_withdrawn: false,
    withdrawn_why: null,
    answered: null,
    needs_correction: false,
    corrected: null,
    ...change,
  };
}

export function notice(change: Partial<NoticeView> = {}): NoticeView {
  return {
    key: "void/1",
    unit: VILLAGE,
    why: { rule: "C1a", source: "", facts: [] },
    about: [],
    acknowledged: null,
    ...change,
  };
}

/** A workbench on which nothing is to be done. */
export function desk(change: Partial<WorkbenchView> = {}): WorkbenchView {
  return {
    today: "2026-03-24",
    dues: [],
    deadlines: { overdue: [], today: [], within_three_days: [] },
    conflicts: [],
    notices: [],
    sheets: [],
    to_accept: [],
    to_confirm: [],
    handling: [],
    handling_total: 0,
    emergencies: [],
    backups: null,
    ...change,
  };
}
