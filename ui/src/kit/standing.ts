// How two units stand. One notion for the frame, the workbench and the exchange page: nobody reads
// that all was delivered before the other side has said that it holds all of it.

import type { NeighbourView } from "@/host/types";

export type Standing = "not_joined" | "overdue" | "never" | "some" | "in_step";

export function standingOf(neighbour: NeighbourView): Standing {
  if (!neighbour.has_devices) return "not_joined";
  if (neighbour.is_overdue) return "overdue";
  if (neighbour.last_ms === null) return "never";
  return neighbour.undelivered > 0 || neighbour.lacks_attachments ? "some" : "in_step";
}
