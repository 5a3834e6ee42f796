// Limits in words: a clock's limit by the clock's name, the others by their own.

import type { Limit, LimitView } from "@/host/types";
import type { Messages } from "@/messages";

/** What holds on computers and not in cases. */
const OF_DESKS: readonly Limit[] = ["silent_days", "idle_minutes", "exchanges_while_idle"];

export function isOfDesks(limit: Limit): boolean {
  return OF_DESKS.includes(limit);
}

export function limitName(limit: Limit, { words }: Messages): string {
  const names: Partial<Record<Limit, string>> = { ...words.clockKind, ...words.limitKind };
  return names[limit] ?? limit;
}

export function limitValue({ unit }: LimitView, value: number, { kit, words }: Messages): string {
  if (unit === "yes_no") return value === 0 ? kit.no : kit.yes;
  return unit === "percent" ? `${value}%` : `${value} ${words.limitUnit[unit]}`;
}
