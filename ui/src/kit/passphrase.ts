// A new passphrase, typed twice.

import { computed, shallowRef, type ComputedRef, type ShallowRef } from "vue";

import { useMessages } from "@/messages";

const CHARS_MIN = 8;

export interface NewPassphrase {
  first: ShallowRef<string>;
  again: ShallowRef<string>;
  problem: ComputedRef<string | null>;
  againProblem: ComputedRef<string | null>;
  /** It has done its work, and is not kept. */
  clear(): void;
}

export function useNewPassphrase(): NewPassphrase {
  const messages = useMessages();
  const first = shallowRef("");
  const again = shallowRef("");
  return {
    first,
    again,
    problem: computed(() =>
      [...first.value].length < CHARS_MIN ? messages.value.gate.passphrase.short : null,
    ),
    againProblem: computed(() =>
      again.value !== first.value ? messages.value.gate.passphrase.differs : null,
    ),
    clear() {
      first.value = "";
      again.value = "";
    },
  };
}
