// Reads amounts as people type them.

const FEN_MAX = 99_999_999_999_99;

/** Reads `18000`, `18,000.5`, `1.8万`, `18000元` as fen; nothing if unreadable. */
export function parseMoney(typed: string): number | null {
  const text = typed
    .normalize("NFKC")
    .replace(/[,\s¥￥]/g, "")
    .replace(/元$/, "");
  const found = /^(\d{1,12})(?:\.(\d{1,6}))?(万)?$/.exec(text);
  if (!found) {
    return null;
  }
  const decimals = found[2] ?? "";
  const shift = found[3] ? 6 : 2;
  if (decimals.length > shift) {
    return null;
  }
  const fen = Number((found[1] ?? "") + decimals.padEnd(shift, "0"));
  return fen <= FEN_MAX ? fen : null;
}
