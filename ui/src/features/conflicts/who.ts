// Who decides, in words.

import { computed, type ComputedRef } from "vue";

import type { Role, UnitRef } from "@/host/types";
import { useMessages } from "@/messages";

export function useWho(): ComputedRef<(unit: UnitRef | null, roles: readonly Role[]) => string> {
  const messages = useMessages();
  return computed(() => {
    const { conflicts, kit, words } = messages.value;
    return (unit, roles) =>
      conflicts.decidedBy(
        unit ? unit.name || kit.unknownUnit : conflicts.anyUnit,
        roles.map((role) => words.role[role]).join(conflicts.list),
      );
  });
}
