// What the form of an agreement holds, the text it writes, and what the law asks of it.

import type { AgreementForm, At, CaseView, SignedWith, Touched } from "@/host/types";
import type { Format, Messages } from "@/messages";

import { sidesOf, type FactBody, type FactProps } from "./form";
import type { PlanDraft } from "./PlanFields.vue";

export interface AgreementDraft {
  form: AgreementForm | "";
  facts: string;
  terms: string;
  bound: string[];
  amount: number | null;
  plan: PlanDraft[];
  replaces: string;
  demands: number[];
  touches: Touched[];
  objecting: string[];
  isSigned: boolean;
  with: SignedWith | "";
  isSealed: boolean;
  seal: string;
}

export function newAgreement({ initial, view }: FactProps<"agreement_reached">): AgreementDraft {
  return {
    form: initial?.form ?? "written",
    facts: "",
    // A correction has the whole text as it stands; a new one begins with the draft.
    terms: initial?.text ?? view.texts["agreement"]?.text ?? "",
    bound: initial?.parties ?? sidesOf(view.parties),
    amount: initial?.amount_fen ?? null,
    plan: (initial?.plan ?? []).map((line) => ({
      due: line.due,
      what: line.what,
      amount: line.amount_fen,
    })),
    replaces: initial?.replaces ?? "",
    demands: initial?.demands ?? [],
    touches: initial?.touches ?? [],
    objecting: initial?.objecting ?? [],
    isSigned: false,
    with: "signature",
    isSealed: false,
    seal: "",
  };
}

const isWhole = ({ due, what }: PlanDraft) => due !== null && what.trim() !== "";

/** The whole text: facts, terms, and the plan line by line, each under its heading. */
export function composeText(draft: AgreementDraft, messages: Messages, format: Format): string {
  const { headings, planLine } = messages.drafting.agreement;
  const plan = draft.plan.filter(isWhole).map(({ due, what, amount }, index) => {
    const money = amount === null ? "" : format.money(amount);
    return planLine(index + 1, format.day(due ?? ""), what.trim(), money);
  });
  const parts = [
    { heading: headings.facts, text: draft.facts.trim() },
    { heading: headings.terms, text: draft.terms.trim() },
    { heading: headings.plan, text: plan.join("\n") },
  ].filter(({ text }) => text !== "");
  return parts.length === 1
    ? (parts[0]?.text ?? "")
    : parts.map(({ heading, text }) => `${heading}\n${text}`).join("\n\n");
}

export interface Item {
  label: string;
  isDone: boolean;
  says?: string;
}

export interface Checklist {
  must: Item[];
  effect: Item[];
  says: string;
}

interface Checked {
  draft: AgreementDraft;
  view: CaseView;
  messages: Messages;
  format: Format;
}

/** What art. 29 has an agreement state. */
function mustState({ draft, view, messages, format }: Checked): Item[] {
  const words = messages.drafting.agreement;
  const bound = view.parties.filter(({ id }) => draft.bound.includes(id));
  const lacking = bound.filter(({ details }) => !details.phone && !details.address);
  const names = messages.kit.list(lacking.map(({ details }) => details.name));
  const isBarred = draft.form === "oral" && view.written_only !== null;
  return [
    {
      label: words.items.form,
      isDone: draft.form !== "" && !isBarred,
      says: isBarred ? words.formMustBeWritten : undefined,
    },
    {
      label: words.items.parties,
      isDone: bound.length > 1,
      says:
        bound.length < 2 ? words.partiesFew : names === "" ? undefined : words.partiesLack(names),
    },
    { label: words.items.facts, isDone: draft.facts.trim() !== "" },
    { label: words.items.terms, isDone: draft.terms.trim() !== "" },
    {
      label: words.items.plan,
      isDone: draft.plan.length > 0 && draft.plan.every(isWhole),
      says: draft.plan.length === 0 ? words.planNone : undefined,
    },
    ...sumItem(draft, messages, format),
  ];
}

/** Whether the parts of the plan add up to the whole, where there is something to add. */
export function sumGap({ amount, plan }: AgreementDraft): { sum: number; gap: number } | null {
  const parts = plan.filter((line) => line.amount !== null);
  const sum = parts.reduce((total, line) => total + (line.amount ?? 0), 0);
  return amount === null || parts.length === 0 ? null : { sum, gap: sum - amount };
}

function sumItem(draft: AgreementDraft, messages: Messages, format: Format): Item[] {
  const found = sumGap(draft);
  if (!found) return [];
  const words = messages.drafting.agreement;
  const sum = format.money(found.sum);
  const gap = format.money(Math.abs(found.gap));
  const says =
    found.gap === 0
      ? words.sumIs(sum)
      : found.gap < 0
        ? words.sumLess(sum, gap)
        : words.sumMore(sum, gap);
  return [{ label: words.items.sum, isDone: found.gap === 0, says }];
}

/** The law's checklist beside a draft. */
export function checklist(checked: Checked): Checklist {
  const { draft, view, messages } = checked;
  const words = messages.drafting.agreement;
  const must = mustState(checked);
  if (draft.form === "oral") {
    return { must, effect: [], says: words.effectiveOral };
  }
  const isSealed = draft.isSealed && draft.seal.trim() !== "";
  const signers = view.parties.filter(({ id }) => draft.bound.includes(id));
  const effect = [
    ...signers.map(({ details }) => ({
      label: words.signatureOf(details.name),
      isDone: draft.isSigned,
    })),
    { label: words.mediator, isDone: draft.isSigned },
    { label: words.seal, isDone: isSealed },
  ];
  return {
    must,
    effect,
    says: draft.isSigned && isSealed ? words.effectiveNow : words.effectiveLater,
  };
}

/** The facts of the act: the agreement, and what was signed and sealed at once. */
export function agreementFacts(
  draft: AgreementDraft,
  text: string,
  { today, userName }: { today: At; userName: string },
): FactBody[] {
  const facts: FactBody[] = [
    {
      kind: "agreement_reached",
      body: {
        form: draft.form || "written",
        text,
        text_hash: "",
        parties: draft.bound,
        amount_fen: draft.amount ?? undefined,
        plan: draft.plan.map((line) => ({
          due: line.due ?? today,
          what: line.what.trim(),
          amount_fen: line.amount ?? undefined,
        })),
        replaces: draft.replaces || undefined,
        demands: draft.demands,
        touches: draft.touches,
        objecting: draft.objecting,
      },
    },
  ];
  if (draft.form === "written" && draft.isSigned) {
    facts.push({
      kind: "agreement_signed",
      body: {
        agreement: "@0",
        parties: draft.bound,
        mediators: [userName],
        with: draft.with || "signature",
      },
    });
  }
  if (draft.form === "written" && draft.isSealed) {
    facts.push({
      kind: "agreement_sealed",
      body: { agreement: "@0", seal: draft.seal.trim(), custodian: userName },
    });
  }
  return facts;
}
