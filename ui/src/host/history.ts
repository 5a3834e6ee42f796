// Facts of one case by their ids, wherever they stand in its history.

import type { EventView } from "./generated/EventView";
import type { Host } from "./host";

const WINDOW_LINES = 200;

/** Reads the facts named, in the order of the history. Those that are not there are left out. */
export async function readFacts(
  host: Host,
  caseId: string,
  ids: readonly string[],
): Promise<EventView[]> {
  const missing = new Set(ids);
  const found: EventView[] = [];
  for (let offset = 0; missing.size > 0; offset += WINDOW_LINES) {
    const window = await host.call("case_history", { case: caseId, offset, limit: WINDOW_LINES });
    for (const event of window.events) {
      if (missing.delete(event.id)) {
        found.push(event);
      }
    }
    if (window.events.length < WINDOW_LINES) {
      break;
    }
  }
  return found;
}
