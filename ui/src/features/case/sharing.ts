// Who may leave a case that several units share: any village but the one that has it in hand.

import type { CaseView, UnitRef } from "@/host/types";

export function mayLeave({ sharing, owner }: CaseView): UnitRef[] {
  const units = sharing?.units ?? [];
  return units.filter(({ id, level }) => level === "village" && id !== owner?.id);
}
