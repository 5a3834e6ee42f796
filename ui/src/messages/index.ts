// The words of the screens: one module an area, two languages, none missing.

import { computed, shallowRef, type ComputedRef } from "vue";

import type { At, Language } from "@/host/types";

import { messages as english } from "./en";
import * as format from "./format";
import { messages as chinese } from "./zh-CN";

export type Messages = typeof chinese;

const ALL: Record<Language, Messages> = { "zh-CN": chinese, en: english };

const language = shallowRef<Language>("zh-CN");

/** Chooses the language of every screen. */
export function setLanguage(chosen: Language): void {
  language.value = chosen;
  document.documentElement.lang = chosen;
}

/** The words in the chosen language. */
export function useMessages(): ComputedRef<Messages> {
  return computed(() => ALL[language.value]);
}

export interface Format {
  language: Language;
  day(day: string): string;
  dayShort(day: string, today: string): string;
  relative(day: string, today: string): string;
  at(at: At, today: string): string;
  atLong(at: At): string;
  instant(ms: number, today: string): string;
  instantLong(ms: number): string;
  money(fen: number): string;
  count(count: number): string;
  bytes(bytes: number): string;
  size(bytes: number): string;
}

/** How days, times and amounts are written in the chosen language. */
export function useFormat(): ComputedRef<Format> {
  return computed(() => {
    const chosen = language.value;
    return {
      language: chosen,
      day: (day) => format.formatDay(day, chosen),
      dayShort: (day, today) => format.formatDayShort(day, today, chosen),
      relative: (day, today) => format.formatRelative(day, today, chosen),
      at: (at, today) => format.formatAt(at, today, chosen),
      atLong: (at) => format.formatAtLong(at, chosen),
      instantLong: (ms) => format.formatInstantLong(ms, chosen),
      instant: (ms, today) => format.formatInstant(ms, today, chosen),
      money: (fen) => format.formatMoney(fen, chosen),
      count: format.formatCount,
      bytes: format.formatBytes,
      size: (bytes) => format.formatSize(bytes, chosen),
    };
  });
}
