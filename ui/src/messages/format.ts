// How days, times and amounts are written for people.

import type { At, Language } from "@/host/types";

const WEEKDAYS_ZH = ["日", "一", "二", "三", "四", "五", "六"];
const WEEKDAYS_EN = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS_EN = [
  "Jan",
  "Feb",
  "Mar",
  "Apr",
  "May",
  "Jun",
  "Jul",
  "Aug",
  "Sep",
  "Oct",
  "Nov",
  "Dec",
];
const DAY_MS = 86_400_000;

interface Parts {
  year: number;
  month: number;
  date: number;
  weekday: number;
}

function parts(day: string): Parts {
  const [year = 0, month = 1, date = 1] = day.slice(0, 10).split("-").map(Number);
  return { year, month, date, weekday: new Date(Date.UTC(year, month - 1, date)).getUTCDay() };
}

function dayNumber(day: string): number {
  const { year, month, date } = parts(day);
  return Date.UTC(year, month - 1, date) / DAY_MS;
}

/** Whole days from one day to another; negative when the second is earlier. */
export function daysBetween(from: string, to: string): number {
  return dayNumber(to) - dayNumber(from);
}

/** `2026年3月24日（周二）`, `Tue 24 Mar 2026`. */
export function formatDay(day: string, language: Language): string {
  const { year, month, date, weekday } = parts(day);
  return language === "en"
    ? `${WEEKDAYS_EN[weekday]} ${date} ${MONTHS_EN[month - 1]} ${year}`
    : `${year}年${month}月${date}日（周${WEEKDAYS_ZH[weekday]}）`;
}

/** `3月24日`, `24 Mar`; with the year when it is another one than this year. */
export function formatDayShort(day: string, today: string, language: Language): string {
  const { year, month, date } = parts(day);
  const isThisYear = today.startsWith(String(year));
  if (language === "en") {
    return `${date} ${MONTHS_EN[month - 1]}${isThisYear ? "" : ` ${year}`}`;
  }
  return `${isThisYear ? "" : `${year}年`}${month}月${date}日`;
}

/** `今天`, `昨天`, `3 天前`, `还有 2 天`. */
export function formatRelative(day: string, today: string, language: Language): string {
  const days = daysBetween(today, day);
  if (language === "en") {
    if (days === 0) return "today";
    if (days === -1) return "yesterday";
    if (days === 1) return "tomorrow";
    return days < 0 ? `${-days} days ago` : `in ${days} days`;
  }
  if (days === 0) return "今天";
  if (days === -1) return "昨天";
  if (days === 1) return "明天";
  return days < 0 ? `${-days} 天前` : `${days} 天后`;
}

function timeOf(at: At, language: Language): string {
  const rest = at.slice(10);
  if (rest === "AM") return language === "en" ? "morning" : "上午";
  if (rest === "PM") return language === "en" ? "afternoon" : "下午";
  return rest.startsWith("T") ? rest.slice(1, 6) : "";
}

/** A business time as exactly as it is known. */
export function formatAt(at: At, today: string, language: Language): string {
  return `${formatDayShort(at, today, language)} ${timeOf(at, language)}`.trim();
}

/** The same with its weekday and year. */
export function formatAtLong(at: At, language: Language): string {
  return `${formatDay(at, language)} ${timeOf(at, language)}`.trim();
}

/** Business time is Beijing time, whatever zone the computer was set to. */
const ZONE_MS = 8 * 3_600_000;

function beijing(ms: number): string {
  return new Date(ms + ZONE_MS).toISOString();
}

/** The day of a moment. */
export function dayOfInstant(ms: number): string {
  return beijing(ms).slice(0, 10);
}

/** `今天 09:12`, `3月20日 16:40`. */
export function formatInstant(ms: number, today: string, language: Language): string {
  const day = dayOfInstant(ms);
  const isNear = Math.abs(daysBetween(day, today)) <= 1;
  const name = isNear ? formatRelative(day, today, language) : formatDayShort(day, today, language);
  return `${name} ${beijing(ms).slice(11, 16)}`;
}

/** A moment as it stands on paper: `2026年3月24日（周二） 12:00`. */
export function formatInstantLong(ms: number, language: Language): string {
  return `${formatDay(dayOfInstant(ms), language)} ${beijing(ms).slice(11, 16)}`;
}

function grouped(whole: string): string {
  return whole.replace(/\B(?=(\d{3})+(?!\d))/g, ",");
}

/** `18,000.00 元`, `CNY 18,000.00`. */
export function formatMoney(fen: number, language: Language): string {
  const amount = formatAmount(fen);
  return language === "en" ? `CNY ${amount}` : `${amount} 元`;
}

/** The bare figure, as a field shows it: `18,000.00`. */
export function formatAmount(fen: number): string {
  const digits = String(Math.abs(fen)).padStart(3, "0");
  return `${fen < 0 ? "-" : ""}${grouped(digits.slice(0, -2))}.${digits.slice(-2)}`;
}

/** `4,128`. */
export function formatCount(count: number): string {
  return grouped(String(count));
}

/** The size of a photograph: `640 千字节`, `2.3 兆`; `640 KB`, `2.3 MB`. */
export function formatSize(bytes: number, language: Language): string {
  if (language === "en") return formatBytes(Math.max(bytes, 1000));
  const [value = 0, unit] = bytes < 1e6 ? [bytes / 1000, "千字节"] : [bytes / 1e6, "兆"];
  return `${value < 10 && bytes >= 1e6 ? Math.round(value * 10) / 10 : Math.ceil(value)} ${unit}`;
}

/** `12 GB`, `640 KB`. */
export function formatBytes(bytes: number): string {
  const units = ["B", "KB", "MB", "GB", "TB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const figure = value >= 100 || unit === 0 ? Math.round(value) : Math.round(value * 10) / 10;
  return `${figure} ${units[unit]}`;
}
