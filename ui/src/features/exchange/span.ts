// How long something is, in one everyday unit.

import type { ExchangeWords } from "@/messages/zh-CN/exchange";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Says a span of time roughly: ` 2 天`, ` 3 小时`, ` 15 分钟`. */
export function saySpan(ms: number, words: ExchangeWords["neighbours"]): string {
  const long = Math.abs(ms);
  if (long >= 2 * DAY_MS) return words.days(String(Math.round(long / DAY_MS)));
  if (long >= 2 * HOUR_MS) return words.hours(String(Math.round(long / HOUR_MS)));
  return words.minutes(String(Math.max(1, Math.round(long / MINUTE_MS))));
}

/** Says that another clock is off, and which way. */
export function sayClock(aheadMs: number, words: ExchangeWords["neighbours"]): string {
  const span = saySpan(aheadMs, words);
  return aheadMs > 0 ? words.clockAhead(span) : words.clockBehind(span);
}
