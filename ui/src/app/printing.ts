// Whatever leaves on paper is noted, by whichever way somebody prints.

import { onMounted, onUnmounted } from "vue";
import { useRouter, type RouteLocationNormalizedLoaded } from "vue-router";

import { useHost, useOffice } from "@/host";
import type { PrintedPage, PrintNote } from "@/host/types";

const PAGES: Record<string, PrintedPage> = {
  case: "case",
  forms: "case",
  person: "person",
  ledger: "ledger",
  audit: "audit",
};

/** What is on the page of a route. */
function noteOf({ name, params }: RouteLocationNormalizedLoaded): PrintNote {
  const record = params["case"] ?? params["person"] ?? null;
  const page = PAGES[String(name)] ?? "other";
  return { page, record: typeof record === "string" ? record : null };
}

/** Tells the program of every print while the profile is open. */
export function useNotedPrints(): void {
  const host = useHost();
  const router = useRouter();
  const { office } = useOffice();
  function note() {
    if (office.value?.commands.includes("print_note")) {
      // The page waits for nobody: what cannot be noted stands in the program's own log.
      host.call("print_note", noteOf(router.currentRoute.value)).catch(() => undefined);
    }
  }
  onMounted(() => window.addEventListener("beforeprint", note));
  onUnmounted(() => window.removeEventListener("beforeprint", note));
}
