// Reads dates as people type them.

import type { At } from "@/host/types";

export interface DateRules {
  /** The day it is. */
  today: string;
  /** A day without its year is the last one or the next one. */
  prefer: "past" | "future";
  /** Whether a time of the day may follow. */
  withTime: boolean;
}

const DAY_MS = 86_400_000;
const NAMED_DAYS: readonly [RegExp, number][] = [
  [/^(?:今天|今日|today)/i, 0],
  [/^(?:昨天|昨日|yesterday)/i, -1],
  [/^(?:前天|day before yesterday)/i, -2],
  [/^(?:明天|tomorrow)/i, 1],
  [/^(?:后天|day after tomorrow)/i, 2],
];

/** Reads a day and perhaps a time: `2026-1-5`, `1月5日上午`, `昨天 15:30`; nothing if unreadable. */
export function parseAt(typed: string, rules: DateRules): At | null {
  const text = typed.normalize("NFKC").trim();
  const day = readDay(text, rules);
  if (!day) {
    return null;
  }
  const rest = text.slice(day.length).trim().replace(/^T/, "");
  if (rest === "") {
    return day.value;
  }
  const time = rules.withTime ? readTime(rest) : null;
  return time === null ? null : day.value + time;
}

interface Read {
  value: string;
  length: number;
}

function readDay(text: string, rules: DateRules): Read | null {
  for (const [pattern, offset] of NAMED_DAYS) {
    const found = pattern.exec(text);
    if (found) {
      return { value: shift(rules.today, offset), length: found[0].length };
    }
  }
  const full = /^(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})日?/.exec(text);
  if (full) {
    return valid(Number(full[1]), Number(full[2]), Number(full[3]), full[0].length);
  }
  const compact = /^(\d{4})(\d{2})(\d{2})(?!\d)/.exec(text);
  if (compact) {
    return valid(Number(compact[1]), Number(compact[2]), Number(compact[3]), 8);
  }
  const short = /^(\d{1,2})\s*[-/.月]\s*(\d{1,2})(?:日|(?![\d:点]))/.exec(text);
  return short ? nearest(Number(short[1]), Number(short[2]), short[0].length, rules) : null;
}

function valid(year: number, month: number, date: number, length: number): Read | null {
  const moment = new Date(Date.UTC(year, month - 1, date));
  const isReal = moment.getUTCMonth() === month - 1 && moment.getUTCDate() === date;
  return isReal && year >= 1900 ? { value: moment.toISOString().slice(0, 10), length } : null;
}

/** The last, or the next, day of that name. 29 February may lie some years away. */
function nearest(month: number, date: number, length: number, rules: DateRules): Read | null {
  const thisYear = Number(rules.today.slice(0, 4));
  const step = rules.prefer === "past" ? -1 : 1;
  for (let distance = 0; distance <= 8; distance += 1) {
    const found = valid(thisYear + step * distance, month, date, length);
    const fits =
      found && (rules.prefer === "past" ? found.value <= rules.today : found.value >= rules.today);
    if (fits) {
      return found;
    }
  }
  return null;
}

export function shift(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

const HALVES: readonly [RegExp, "AM" | "PM"][] = [
  [/^(?:上午|早上|早晨|morning|am$)/i, "AM"],
  [/^(?:下午|晚上|中午|傍晚|afternoon|evening|pm$)/i, "PM"],
];

function readTime(text: string): string | null {
  let rest = text;
  let half: "AM" | "PM" | null = null;
  for (const [pattern, name] of HALVES) {
    const found = pattern.exec(rest);
    if (found) {
      half = name;
      rest = rest.slice(found[0].length).trim();
      break;
    }
  }
  if (rest === "") {
    return half;
  }
  const clock = /^(\d{1,2})(?:\s*:\s*(\d{2})|\s*[点时]\s*(?:(\d{1,2})分?|(半))?)$/.exec(rest);
  if (!clock) {
    return null;
  }
  const hour = Number(clock[1]) + (half === "PM" && Number(clock[1]) < 12 ? 12 : 0);
  const minute = clock[4] ? 30 : Number(clock[2] ?? clock[3] ?? 0);
  if (hour > 23 || minute > 59) {
    return null;
  }
  const pad = (n: number) => String(n).padStart(2, "0");
  return `T${pad(hour)}:${pad(minute)}`;
}

const AGE_OF_MAJORITY = 18;

/** Whole years between a birth and a day. */
export function ageOn(birth: string, day: string): number {
  const years = Number(day.slice(0, 4)) - Number(birth.slice(0, 4));
  return day.slice(5, 10) < birth.slice(5, 10) ? years - 1 : years;
}

/** Whether somebody born on a day is under age. */
export function isMinor(birth: string, today: string): boolean {
  return ageOn(birth, today) < AGE_OF_MAJORITY;
}
