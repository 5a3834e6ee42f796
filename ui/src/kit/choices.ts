// Closed words as the options of a field.

export interface Option<V extends string> {
  value: V;
  label: string;
}

/** All words of a table, in its order. */
export function optionsOf<V extends string>(words: Record<V, string>): Option<V>[] {
  return Object.entries<string>(words).map(([value, label]) => ({ value: value as V, label }));
}
