// A fact as a sentence, in the chosen language.

import { computed, type ComputedRef } from "vue";

import type { Body, PartyView, UnitRef } from "@/host/types";
import { useFormat, useMessages } from "@/messages";
import type { FactContext } from "@/messages/zh-CN/facts";

/** Says what a fact says; parties and units are named where they are at hand. */
export function useFactSentence(
  parties: () => readonly PartyView[],
  units: () => readonly UnitRef[] = () => [],
): ComputedRef<(fact: Body | null) => string> {
  const messages = useMessages();
  const format = useFormat();
  return computed(() => {
    const context: FactContext = {
      party: (id) =>
        parties().find((party) => party.id === id)?.details.name ?? messages.value.kit.unknownParty,
      money: format.value.money,
      day: format.value.day,
      unit: (id) => units().find((unit) => unit.id === id)?.name ?? messages.value.kit.unknownUnit,
    };
    return (fact) => {
      if (fact === null) {
        return messages.value.words.eventMark.needs_update;
      }
      // The table has one sentence a kind; the kind chooses the one that takes this body.
      const say = messages.value.facts[fact.kind] as (
        body: Body["body"],
        context: FactContext,
      ) => string;
      return say(fact.body, context);
    };
  });
}
