// Months, quarters and years, as the program names them: `2026-07`, `2026-Q3`, `2026`.

export type SpanWord = "month" | "quarter" | "year";

const COUNT: Record<SpanWord, number> = { month: 12, quarter: 4, year: 1 };

export interface PeriodParts {
  span: SpanWord;
  year: number;
  /** From 1; 1 for a year. */
  number: number;
}

export function readPeriod(period: string): PeriodParts {
  const [year = "", part] = period.split("-");
  if (part === undefined) return { span: "year", year: Number(year), number: 1 };
  return part.startsWith("Q")
    ? { span: "quarter", year: Number(year), number: Number(part.slice(1)) }
    : { span: "month", year: Number(year), number: Number(part) };
}

export function writePeriod({ span, year, number }: PeriodParts): string {
  if (span === "year") return String(year);
  return span === "quarter" ? `${year}-Q${number}` : `${year}-${String(number).padStart(2, "0")}`;
}

/** The period of a length in which a day lies. */
export function periodOf(day: string, span: SpanWord): string {
  const month = Number(day.slice(5, 7));
  const number = Math.ceil((month * COUNT[span]) / 12);
  return writePeriod({ span, year: Number(day.slice(0, 4)), number });
}

/** So many periods later; earlier if negative. */
export function step(period: string, by: number): string {
  const { span, year, number } = readPeriod(period);
  const at = year * COUNT[span] + (number - 1) + by;
  const later = Math.floor(at / COUNT[span]);
  return writePeriod({ span, year: later, number: at - later * COUNT[span] + 1 });
}

/** Whether a text in an address names a period. */
export function isPeriod(text: string): boolean {
  return /^\d{4}(-(0[1-9]|1[0-2]|Q[1-4]))?$/.test(text);
}
