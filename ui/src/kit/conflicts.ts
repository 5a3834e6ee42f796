// What a contradiction is about, in a few words.

import { computed, type ComputedRef } from "vue";

import type { ConflictKind } from "@/host/types";
import { useMessages } from "@/messages";

interface Named {
  key: string;
  kind: ConflictKind;
}

/** The register a contradiction is about: `field/amount`. */
export function fieldOf({ key, kind }: Named): string | null {
  return kind === "field" ? key.slice(key.indexOf("/") + 1) : null;
}

/** A register by its name, the rest by their kind. */
export function useMatter(): ComputedRef<(conflict: Named) => string> {
  const messages = useMessages();
  return computed(() => {
    const { conflicts, words } = messages.value;
    return (conflict) => {
      const field = fieldOf(conflict);
      return field === null
        ? words.conflictKind[conflict.kind]
        : conflicts.fieldDiffers(conflicts.fields[field] ?? field);
    };
  });
}
