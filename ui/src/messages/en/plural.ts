/** A count, as it is written, with its noun: `1 village`, `2 villages`, `1,000 entries`. */
export function counted(n: string | number, one: string, more = `${one}s`): string {
  return `${n} ${String(n) === "1" ? one : more}`;
}
