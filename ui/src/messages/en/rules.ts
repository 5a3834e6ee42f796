import type { Rules } from "../zh-CN/rules";
import { counting } from "./counting";

export const rules: Rules = {
  first_responsible: {
    title: "Who registers first answers for it",
    says: "The person who registered the case stays responsible for it, wherever it goes.",
  },
  owner_by_acceptance: {
    title: "Who accepts is in charge",
    says: "A case has one unit in charge: the one that registered it, until another accepts it.",
  },
  effective_date: {
    title: "The day an agreement takes effect",
    says: "A written agreement takes effect on the day of the last signature or seal it needs; an oral one on the day it is reached.",
  },
  C1a: {
    title: "Agreed before, so the escalation is void",
    says: "The agreement took effect before an escalation whose writer did not know of it. The escalation does not count and the case stays where it was. Every record is kept.",
  },
  C1c: {
    title: "Refused before, so the escalation is void",
    says: "A party had refused or withdrawn before an escalation whose writer did not know of it. The escalation does not count.",
  },
  C1d: {
    title: "Agreed after the township accepted",
    says: "The agreement stands; the case stays open until the township confirms the resolution.",
  },
  backdated: {
    title: "An earlier date written later",
    says: "The writer already knew the other record and dated this one before it. It never overturns the other by itself: a person decides.",
  },
  C4: {
    title: "Two signed agreements",
    says: "Both are kept and both remind until the parties sign which one holds and the judicial office confirms it.",
  },
  C4_replaced: {
    title: "The later one says it replaces the earlier",
    says: "It holds once the judicial office confirms. The earlier one is marked as replaced and can still be read.",
  },
  C4_copy: {
    title: "The same agreement twice",
    says: "Two agreements word for word the same are one, the other is a copy; what was said and then put down in writing is the writing.",
  },
  written_only: {
    title: "In writing only",
    says: "Labour disputes and disputes about contracted land must be settled in writing; an oral agreement has no effect until it is written down.",
  },
  judicial_confirmation: {
    title: "Judicial confirmation",
    says: "The parties may together ask the court to confirm an agreement once it is in effect, uncontested and not replaced.",
  },
  C5: {
    title: "A party had refused",
    says: "A session held after a refusal is kept and marked, and does not count. Sessions after a new consent count again.",
  },
  session_counts: {
    title: "Which sessions count",
    says: "One counts when it has a place, a mediator, both sides heard, and ended without agreement. The count is for our own work: a party may stop or go to court at any time.",
  },
  C14_risk: {
    title: "The higher risk holds",
    says: "When two people judge without knowing of each other, the higher colour holds. Lowering it needs a head and a reason.",
  },
  C14_category: {
    title: "The unit in charge names the type and the local item",
    says: "When two were set, that of the unit in charge holds; the other stays in the file.",
  },
  C14_field: {
    title: "One item, two values",
    says: "Two computers changed it. Both values are kept until the unit in charge decides.",
  },
  correction: {
    title: "Two corrections",
    says: "One record was corrected in two ways. It stays as it was until the unit in charge decides.",
  },
  late_entry: {
    title: "Entered late",
    says: "Typed more than three days after it happened. Its date is still the day it happened.",
  },
  confirm_before_closing: {
    title: "The township closes what it accepted",
    says: "Once the township has accepted a case, the township confirms the resolution and closes it.",
  },
  C3: {
    title: "One meeting counts once",
    says: "Two records of one meeting are both kept and count once.",
  },
  C3_apart: {
    title: "May be two meetings",
    says: "Somebody may say that they are two meetings; then both count.",
  },
  C3_result: {
    title: "One meeting, two results",
    says: "Records that tell the result differently do not count until the head decides.",
  },
  suggest_climb: {
    title: "When a climb is suggested",
    says: "When as many sessions failed as the setting says, a person may confirm a climb. An internal rule only: the parties may refuse, stop or sue at any time.",
  },
  C3_escalation: {
    title: "One escalation a round",
    says: "All confirmations of one round are one, dated by the earliest, with every name.",
  },
  C3_basis: {
    title: "The ground fell away",
    says: "A climb whose failed sessions fell away is taken back; once accepted, the township decides.",
  },
  escalation_taken_back: {
    title: "Taken back",
    says: "A request nobody accepted yet may be taken back.",
  },
  C10: {
    title: "Acceptance prevails",
    says: "The acceptance stands; the withdrawal becomes a request to give the case back.",
  },
  C11: {
    title: "A return is a new round",
    says: "The village counts anew, and the days it missed are shown.",
  },
  C7: {
    title: "Two to preside",
    says: "The one appointed earlier presides until the head decides; all mediators stay.",
  },
  C7_recused: {
    title: "A recused mediator's session",
    says: "Whoever is recused presides no more; sessions held later are kept and marked as flawed, unless both sides then agreed to keep the mediator.",
  },
  clocks: {
    title: "How periods are counted",
    says: "Day 0 is not counted. The last day of a statutory period shifts to the next working day; stagnation and cards do not shift.",
  },
  unknown_year: {
    title: "A year not in the table",
    says: "An unpublished year is said to be unknown, never guessed.",
  },
  C8: {
    title: "Extended in time",
    says: "An approval up to the shifted last day counts and withdraws the card; a later one does not.",
  },
  extension_once: {
    title: "Extended once",
    says: "A petition is extended once, by the head of the centre, by thirty days at most.",
  },
  extension_consent: {
    title: "Both sides agree",
    says: "Both sides must agree and both consents be written down, perhaps in two rooms; it extends once.",
  },
  pause_union: {
    title: "Rests are united",
    says: "A clock rests in the union of what everybody wrote.",
  },
  C8_card: {
    title: "Card withdrawn",
    says: "By all that is known now the clock was not over when the card was issued. Both stay; one that was handed over is corrected.",
  },
  C8_late: {
    title: "Approved too late",
    says: "The card stands.",
  },
  card_once: {
    title: "One card",
    says: "Two cards for one clock, day and unit are one.",
  },
  lights: {
    title: "Lights",
    says: "Green while more than the set part is left, yellow until the last day, red past it. Not the risk colour, not a card.",
  },
  minutes: {
    title: "Minutes",
    says: "Hours and minutes count from the moment.",
  },
  limits: {
    title: "Limits are settings",
    says: "Each limit is shown with its source; the township may set local ones.",
  },
  C6: {
    title: "News beside a closing",
    says: "What whoever closed did not know is kept; somebody decides whether to reopen. Statistics stay until then.",
  },
  C12: {
    title: "Sealed archive",
    says: "What was known is sealed; whatever comes later goes to a supplement with a statement. Only the judicial office unseals it.",
  },
  restriction: {
    title: "A restricted file is only kept",
    says: "A file that must be kept and should no longer be used is restricted by the head: it is kept, nothing else. Of several restrictions each must be lifted.",
  },
  C12_follow_up: {
    title: "News on an archive",
    says: "A new case, or nothing; if two differ, the judicial office decides.",
  },
  C25: {
    title: "Two statements",
    says: "Both are kept, the second as a supplement.",
  },
  C21: {
    title: "Work wins over void",
    says: "A void that did not know of work becomes a request.",
  },
  C20: {
    title: "A report stays",
    says: "A report to the police is never changed or taken back. While it is open the risk is red.",
  },
  red_branch: {
    title: "Nobody face to face",
    says: "With violence at home or harm to a minor nobody is asked to sit face to face.",
  },
  report_first: {
    title: "Report first",
    says: "The report to the police comes first.",
  },
  minor_masked: {
    title: "Minors are masked",
    says: "Lists, statistics and exports show the family name only.",
  },
  tell_of_routes: {
    title: "Tell of other ways",
    says: "When mediation ends without agreement the parties are told in writing of the other ways.",
  },
  transferred: {
    title: "Transferred",
    says: "A dispute that goes on elsewhere says where.",
  },
  C18: {
    title: "Satisfaction counts once",
    says: "Asked twice, kept twice, counted once by the last word.",
  },
  C17: {
    title: "Paid here, not there",
    says: "Reminders go on until somebody decides.",
  },
  C2: {
    title: "Which number holds",
    says: "The one sealed or printed first, else the one typed first. The other is a former number.",
  },
  C9: {
    title: "Earlier numbers stay valid",
    says: "Paper with a provisional or former number stays valid.",
  },
  shared_case: {
    title: "A case of several units",
    says: "The township opens it; all its units see the same case. What was written before, or elsewhere by those who had not heard, comes along word for word.",
  },
  shared_twice: {
    title: "Shared in two places at once",
    says: "One of the two counts until the head of the centre decides; what was written in either is kept.",
  },
  number_sequence: {
    title: "Where numbers come from",
    says: "One computer of a committee keeps the register and gives numbers in turn; the others use only what was set aside for them.",
  },
  number_block: {
    title: "Blocks that overlap",
    says: "The block that was set aside earlier keeps what both name.",
  },
  number_voided: {
    title: "Numbers set aside",
    says: "A voided number says why, is found as ever and never given again; if whoever voided it did not know of a seal, the judicial office decides.",
  },
  C2_cases: {
    title: "One number on two cases",
    says: "The case that was sealed or printed first keeps it, else the one typed first; the judicial office gives the other a new one. Both are found by it.",
  },
  agreement_number: {
    title: "Numbers of agreements",
    says: "The number of the case, the level of the committee, and which it is; what was sealed keeps its number. Of two sealed with one number the one sealed first keeps it.",
  },
  duplicate_candidate: {
    title: "Looks like a duplicate",
    says: "The same two parties with one type or near dates, the same token, or nearly the same words. The program only points it out.",
  },
  duplicate_decided: {
    title: "Merged, related, not the same",
    says: "Merged cases count once, by the main case. Nothing is deleted, no number changes, and it can be taken back.",
  },
  duplicate_ask: {
    title: "Opposite decisions",
    says: "Merged here and separate there: they are related until the judicial office decides.",
  },
  duplicate_tangle: {
    title: "Decisions that do not fit together",
    says: "One dispute here, one there, and yet two; or cases that go into each other in a circle: the judicial office settles all of them at once. Until then each pair stands as decided, and of a circle the first registered counts.",
  },
  duplicate_category: {
    title: "The type after a merger",
    says: "What the owning unit wrote holds; the others stay readable.",
  },
  application_day: {
    title: "The day of the application",
    says: "For each party its own earliest application, which interrupts limitation.",
  },
  intake_token: {
    title: "One code, one submission",
    says: "The same token again adds nothing.",
  },
  limitation: {
    title: "Limitation is an estimate",
    says: "Reckoned from the earliest day known, rather early than late. Some claims know none: check the law.",
  },
  C16: {
    title: "One person or two",
    says: "Linking can be taken back. Linked here and separated there, both stay apart until somebody decides.",
  },
  id_number_warning: {
    title: "The identity number does not fit",
    says: "A hint, never in the way. Old fifteen-digit numbers and old regions are taken as they are.",
  },
  privacy_ground: {
    title: "Why personal data is kept",
    says: "By consent, a child’s by its guardian’s, or by legal duty; which one is written down.",
  },
  mask_by_role: {
    title: "Who may read about children",
    says: "A child’s name, home and school are read by those who work on the case, and in no list.",
  },
  taken_up: {
    title: "Old case, new case",
    says: "An archived case that is taken up again names the new one, and the new one names it.",
  },
  partial_agreement: {
    title: "A part is agreed",
    says: "An agreement says which demands it settles. The rest goes on and may climb; agreements about different demands do not contradict.",
  },
  oral_on_the_spot: {
    title: "Oral is for what is done on the spot",
    says: "Only what is done at once and nobody objects to is settled orally. One noted elsewhere stays in effect and is marked.",
  },
  seal_last: {
    title: "Signatures, then the seal",
    says: "Nobody signs after the seal. Such a signature noted elsewhere is kept and marked.",
  },
  instalments: {
    title: "Instalments add up",
    says: "The lines of a plan add up to the amount. Where they do not, the agreement is marked to be checked.",
  },
  reminders: {
    title: "When to remind",
    says: "Seven days and one day before it is due, and one day and seven days after.",
  },
  C17_payment: {
    title: "Maybe one payment",
    says: "The same line, day and amount noted twice counts once until somebody looks at the receipts.",
  },
  overpaid: { title: "More than was due", says: "More was noted as paid than was due." },
  paid_beside_change: {
    title: "Performed while it was changed",
    says: "What was noted under the earlier agreement is kept; the unit in charge checks it against the change.",
  },
  remedies: {
    title: "When it is not kept",
    says: "It is urged; the court, enforcement once confirmed, the payment order and arbitration stay open.",
  },
  confirmation_clock: {
    title: "The thirty days for the court",
    says: "From the day of effect, the earlier of two that contradict, until both sides apply.",
  },
  joint_application: {
    title: "Both sides apply",
    says: "An application of one side is kept, marked, and stops nothing.",
  },
  two_courts: {
    title: "Two courts",
    says: "The court that first registers it has it; the other application is taken back.",
  },
  not_confirmable: {
    title: "What courts do not confirm",
    says: "Who owns a house or land, marriage, parentage, adoption.",
  },
  court_ruling: {
    title: "After the ruling",
    says: "What was ruled valid may be enforced; what was rejected may be mediated again or sued on.",
  },
  rights_first: {
    title: "Rights come first",
    says: "The parties are told of their rights before the first session. One held before is kept, counts, and is marked.",
  },
  child_apart: {
    title: "No child face to face",
    says: "A child does not sit opposite the other side. A session where one did is kept and marked.",
  },
  early_ground: {
    title: "The ground does not show yet",
    says: "No record tells of this ground. The climb stands; whoever accepts it asks.",
  },
  card_due: { title: "A card is due", says: "A clock is over. A person decides." },
  yellow_card: {
    title: "A yellow card is due",
    says: "A blue one was not answered in three working days, or another clock passed within thirty days.",
  },
  red_card: { title: "A red card is due", says: "Two yellow cards in one quarter." },
  danger_reported: {
    title: "Danger is reported at once",
    says: "Violence at home or harm to a minor is reported the same day; otherwise a red card is due.",
  },
  card_follows: {
    title: "Cards that fall together",
    says: "A card falls with the one it follows; a yellow one also with an answer in time.",
  },
  final_revisit: {
    title: "Two follow-ups",
    says: "Within seven days of effect, and within thirty days of the last due day.",
  },
  impossible_date: {
    title: "The day cannot be",
    says: "It lies before what it builds on. It is kept and marked to be checked.",
  },
  two_steps: {
    title: "Two steps",
    says: "A village asks for a department through its head; the township then sends the sheet.",
  },
  consultation: {
    title: "A consultation names the lead",
    says: "Several units agree who leads; the head of the centre approves.",
  },
  sheet_sign_in: {
    title: "One unit signs in once",
    says: "Two sign-ins of one unit are one, dated by the earlier.",
  },
  sheet_answer: {
    title: "Accepts and objects",
    says: "The head of the unit decides; the clocks run on.",
  },
  objection: {
    title: "Objecting in five working days",
    says: "With reasons, within five working days of signing in; the dispatcher decides.",
  },
  sheets: {
    title: "All sheets stay",
    says: "A reply that crossed the closing is kept beside it.",
  },
  sheet_not_done: {
    title: "Closed, but not done",
    says: "A reply unknown to whoever closed the sheet says it was not done.",
  },
  sheet_limits: {
    title: "When to answer",
    says: "A reminder in three days, a liaison sheet in five, an order by its day.",
  },
  sheet_number: {
    title: "Two sheets, one number",
    says: "The one printed first keeps it; the other gets a new one.",
  },
  C24: {
    title: "Two lead units",
    says: "The head of the centre decides; the earlier leads meanwhile, what was answered stays.",
  },
  C15: {
    title: "Came after the removal",
    says: "Records that arrive after a removal count if they happened and were typed before it; the head of the centre decides about each of the others. A new case stays with the unit that registered it meanwhile.",
  },
  C19: {
    title: "One matter on two tracks",
    says: "Each track runs on its own; one answer ends both only where it says so.",
  },
  C23: {
    title: "Time in doubt",
    says: "The computer's clock was wrong. The order of things never rests on it.",
  },
  C22: {
    title: "Settings are the township’s",
    says: "Of two versions the one set first holds until the head decides. A case keeps its own.",
  },
  unit_merged: {
    title: "The other unit carries on",
    says: "From the day approved the other unit carries on. Of two mergers the later day holds; of one day the head decides.",
  },
  settings_bounds: {
    title: "What the law fixes",
    says: "A limit moves only in the direction the law allows.",
  },
  attachments: {
    title: "Attachments",
    says: "Whatever anybody puts to the case belongs to it until somebody takes it out with a reason; it is kept all the same.",
  },
  ...counting,
};
