// A further person who is to open this computer, as whoever lets them in fills it in.
import { computed, shallowRef } from "vue";

import { useNewPassphrase } from "@/kit/passphrase";

/** What is asked about the person, and the passphrases of both. */
export function useNewAccount() {
  const name = shallowRef("");
  const label = shallowRef("");
  const own = shallowRef("");
  const theirs = useNewPassphrase();
  const sent = computed(() => ({
    user_name: name.value.trim(),
    label: label.value.trim() || null,
    passphrase: own.value,
    new_passphrase: theirs.first.value,
  }));
  /** What they will be called at the gate. */
  const called = computed(() => label.value.trim() || name.value.trim());
  return { name, label, own, theirs, sent, called };
}

export type NewAccount = ReturnType<typeof useNewAccount>;
