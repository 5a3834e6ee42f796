// The roles of each level, the most usual first.

import type { Level, Role } from "@/host/types";

export const ROLES_AT: Record<Level, Role[]> = {
  village: ["R2", "R3", "R1"],
  township: ["R4", "R5", "R6", "R7", "R8", "R9", "R10", "R11"],
};
