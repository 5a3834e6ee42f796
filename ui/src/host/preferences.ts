// What this computer's screen remembers: the language, and how large everything is.

import { useQueryClient } from "@tanstack/vue-query";
import { computed, type ComputedRef } from "vue";

import type { Preferences } from "./generated/Preferences";
import { useHost, useStatus } from "./queries";

export const ZOOM_STEPS = [100, 125, 150, 200] as const;

/** The next larger or smaller step; the same at either end. */
export function nextZoom(percent: number, direction: 1 | -1): number {
  const larger = ZOOM_STEPS.filter((step) => (direction > 0 ? step > percent : step < percent));
  return (direction > 0 ? larger[0] : larger.at(-1)) ?? percent;
}

export interface PreferencesInUse {
  preferences: ComputedRef<Preferences>;
  set(change: Partial<Preferences>): Promise<void>;
}

export function usePreferences(): PreferencesInUse {
  const host = useHost();
  const queries = useQueryClient();
  const { data } = useStatus();
  const preferences = computed<Preferences>(
    () => data.value?.preferences ?? { language: "zh-CN", zoom_percent: 100 },
  );
  return {
    preferences,
    async set(change) {
      await host.call("preferences_set", { ...preferences.value, ...change });
      await queries.invalidateQueries({ queryKey: ["status_get"] });
    },
  };
}
