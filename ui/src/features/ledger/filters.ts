// The filters of the ledger, as they stand in the address of the page.

import type { LocationQuery, LocationQueryRaw } from "vue-router";

import type { Payload } from "@/host";
import { shift } from "@/kit/dates";
import type { Category, ClockKind, Mark, Stage, State } from "@/host/types";

export interface Filters {
  q: string;
  owner: string;
  state: State | "";
  category: Category | "";
  mark: Mark | "";
  year: string;
  open: "yes" | "no" | "";
  conflict: boolean;
  stage: Stage | "";
  clock: ClockKind | "";
  /** Something falls due within so many days. */
  due: string;
  place: string;
  mediator: string;
  /** The group and the code of an item of the township's own catalogue. */
  group: string;
  item: string;
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
    stage: one(query.stage) as Stage | "",
    clock: one(query.clock) as ClockKind | "",
    due: one(query.due),
    place: one(query.place),
    mediator: one(query.mediator),
    group: one(query.group),
    item: one(query.item),
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

/** What both ways of asking leave out. `today` is what "within so many days" counts from. */
function common(filters: Filters, today: string) {
  const { owner, state, stage, category, mark, year, clock, due, place, mediator, group, item } =
    filters;
  return {
    has_conflict: filters.conflict,
    owner: owner || undefined,
    state: state || undefined,
    stage: stage || undefined,
    category: category || undefined,
    mark: mark || undefined,
    clock: clock || undefined,
    due_until: due ? shift(today, Number(due)) : undefined,
    place: place.trim() || undefined,
    mediator: mediator.trim() || undefined,
    local_group: group || undefined,
    local_item: item || undefined,
    is_closed: isClosed(filters),
    from: year ? `${year}-01-01` : undefined,
    until: year ? `${year}-12-31` : undefined,
  };
}

export function listFilter(
  filters: Filters,
  order: Order,
  today: string,
): Omit<Payload<"case_list">, "offset" | "limit"> {
  return { order, ...common(filters, today) };
}

export function searchFilter(
  filters: Filters,
  today: string,
): Omit<Payload<"case_search">, "offset" | "limit"> {
  return { query: filters.q, ...common(filters, today) };
}
