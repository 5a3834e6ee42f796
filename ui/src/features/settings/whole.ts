// Whole numbers as people type them.

/** A whole number of at most six digits, or nothing. */
export function readWhole(typed: string): number | null {
  const text = typed.normalize("NFKC").trim();
  return /^\d{1,6}$/.test(text) ? Number(text) : null;
}
