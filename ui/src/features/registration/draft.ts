// What the registration screen holds, and what it sends.

import type { Payload } from "@/host";
import type { At, Category, Risk, Side, Source, Track } from "@/host/types";

export interface PartyDraft {
  name: string;
  side: Side;
  phone: string;
  address: string;
  person: string;
}

export interface RegistrationDraft {
  parties: PartyDraft[];
  summary: string;
  demands: string;
  category: Category | "";
  /** The code of an item of the township's own catalogue. */
  localItem: string;
  place: string;
  amount: number | null;
  happened: At | null;
  applied: At | null;
  source: Source | "";
  track: Track | "";
  risk: Risk | "";
}

export function newParty(side: Side): PartyDraft {
  return { name: "", side, phone: "", address: "", person: "" };
}

export function newRegistration(): RegistrationDraft {
  return {
    parties: [newParty("applicant"), newParty("respondent")],
    summary: "",
    demands: "",
    category: "",
    localItem: "",
    place: "",
    amount: null,
    happened: null,
    applied: null,
    source: "application",
    track: "people_mediation",
    risk: "",
  };
}

/** The parties that were filled in, each with its place on the screen. */
export function filledParties(draft: RegistrationDraft): { party: PartyDraft; row: number }[] {
  return draft.parties
    .map((party, row) => ({ party, row }))
    .filter(({ party, row }) => row === 0 || party.name.trim() !== "");
}

export function requestOf(draft: RegistrationDraft): Payload<"case_register"> {
  return {
    applied: draft.applied ?? undefined,
    source: draft.source || "application",
    track: draft.track || "people_mediation",
    happened: draft.happened ?? undefined,
    title: "",
    place: draft.place.trim(),
    amount_fen: draft.amount ?? undefined,
    category: draft.category || undefined,
    local_item: draft.localItem || undefined,
    risk: draft.risk || undefined,
    summary: draft.summary.trim(),
    demands: draft.demands
      .split("\n")
      .map((line) => line.trim())
      .filter(Boolean),
    units: [],
    parties: filledParties(draft).map(({ party }) => ({
      name: party.name.trim(),
      side: party.side,
      phone: party.phone.trim() || undefined,
      address: party.address.trim() || undefined,
      person: party.person || undefined,
    })),
  };
}
