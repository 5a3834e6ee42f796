// Words for keeping an agreement: urging, what stays open, and a court's confirmation.

import type { keeping as chinese } from "../zh-CN/keeping";

export const keeping: typeof chinese = {
  remedy: {
    urge: "Urge performance",
    sue: "Sue on the agreement",
    enforce: "Ask the court to enforce it",
    payment_order: "Ask the court for a payment order",
    arbitration: "Arbitration",
  },
  confirmationStage: {
    open: "Not asked for",
    prepared: "Papers are gathered",
    filed: "Asked for",
    accepted: "Registered by the court",
    valid: "Ruled valid",
    rejected: "Rejected",
    withdrawn: "Taken back",
  },
  courtChoice: {
    inviting: "The court that invited mediation",
    domicile: "The court where a party lives",
    subject: "The court where the matter lies",
    committee: "The court where the committee sits",
  },
  material: {
    agreement: "The agreement",
    presiding_proof: "Proof that the committee presided",
    property_papers: "Papers about the property",
    identity: "Identity, address and telephone of both",
  },
  ruling: { valid: "Ruled valid", rejected: "Rejected", withdrawn: "Taken back" },
  touched: {
    real_right: "Who owns a house, a homestead or land",
    intellectual_property: "Who owns a patent, a mark or a copyright",
    marriage: "Whether a marriage holds or ends",
    parentage: "Parentage",
    adoption: "Adoption",
    other_procedure: "Another special procedure",
  },
  cardGround: {
    overdue: "Over",
    second_overdue: "Over again within thirty days",
    unanswered: "A blue card was not answered in time",
    two_yellow: "Two yellow cards in a quarter",
  },
};
