// The filters of the ledger, as they stand in the address of the page.

import type { LocationQuery, LocationQueryRaw } from "vue-router";

import type { Payload } from "@/host";
import type { Category, Mark, State } from "@/host/types";

export interface Filters {
  q: string;
  owner: string;
  state: State | "";
  category: Category | "";
  mark: Mark | "";
  year: string;
  open: "yes" | "no" | "";
  conflict: boolean;
}

/** Which cases stand first. */
export type Order = NonNullable<Payload<"case_list">["order"]>;

export function readOrder(query: LocationQuery): Order {
  return query.order === "due" ? "due" : "newest";
}

const one = (value: LocationQuery[string] | undefined) =>
  String((Array.isArray(value) ? value[0] : value) ?? "");

export function readFilters(query: LocationQuery): Filters {
  return {
    q: one(query.q),
    owner: one(query.owner),
    state: one(query.state) as State | "",
    category: one(query.category) as Category | "",
    mark: one(query.mark) as Mark | "",
    year: one(query.year),
    open: one(query.open) as "yes" | "no" | "",
    conflict: one(query.conflict) === "yes",
  };
}

export function writeFilters(filters: Filters, order: Order): LocationQueryRaw {
  const { conflict, ...texts } = filters;
  const kept = Object.entries(texts).filter(([, value]) => value !== "");
  return {
    ...Object.fromEntries(kept),
    ...(conflict ? { conflict: "yes" } : {}),
    ...(order === "due" ? { order } : {}),
  };
}

export function isFiltered(filters: Filters): boolean {
  return Object.values(filters).some((value) => value !== "" && value !== false);
}

const isClosed = ({ open }: Filters) => (open === "" ? undefined : open === "no");

export function listFilter(
  filters: Filters,
  order: Order,
): Omit<Payload<"case_list">, "offset" | "limit"> {
  const { owner, state, category, mark, year } = filters;
  return {
    order,
    has_conflict: filters.conflict,
    owner: owner || undefined,
    state: state || undefined,
    category: category || undefined,
    mark: mark || undefined,
    is_closed: isClosed(filters),
    from: year ? `${year}-01-01` : undefined,
    until: year ? `${year}-12-31` : undefined,
  };
}

export function searchFilter(filters: Filters): Omit<Payload<"case_search">, "offset" | "limit"> {
  return {
    query: filters.q,
    owner: filters.owner || undefined,
    is_closed: isClosed(filters),
  };
}
