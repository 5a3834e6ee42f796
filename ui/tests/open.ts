// Opens a screen as the program would, answered from a table.

import { VueQueryPlugin, type QueryClient } from "@tanstack/vue-query";
import userEvent, { type UserEvent } from "@testing-library/user-event";
import { render, type RenderResult } from "@testing-library/vue";
import axe from "axe-core";
import { expect } from "vitest";
import type { App as VueApp } from "vue";
import type { Router } from "vue-router";

import App from "@/app/App.vue";
import { newRouter } from "@/app/router";
import { newQueryClient, provideHost } from "@/host";
import { memoryHost, type Answers, type MemoryHost } from "@/host/memory";
import { READS } from "@/host/generated/commands";
import type { NeighbourView, OfficeView, StatusView, UnitLine, UnitRef, Units } from "@/host/types";

export const VILLAGE: UnitRef = { id: "UNIT-V", name: "桥头村评理说事点", level: "village" };
export const TOWNSHIP: UnitRef = { id: "UNIT-T", name: "青石镇综治中心", level: "township" };

/** What a village does not do. */
const TOWNSHIPS = [
  "user_remove",
  "settings_set",
  "local_item_set",
  "local_item_offer",
  "invitation_create",
  "case_share",
];

/** Noon of the day the tests live in. */
export const NOW_MS = Date.UTC(2026, 2, 24, 4, 0);

/** The units of a township in which nothing was merged or renamed. */
export function unitList(units: UnitRef[], change: Partial<Units> = {}): Units {
  const line = (unit: UnitRef): UnitLine => ({
    unit,
    sort: unit.level === "village" ? "point" : "centre",
    former: [],
    merged: null,
    devices: 1,
    is_unused: false,
    conflicts: [],
  });
  return { units, lines: units.map(line), may_change: false, ...change };
}

export function neighbour(change: Partial<NeighbourView> = {}): NeighbourView {
  return {
    unit: TOWNSHIP,
    last_ms: NOW_MS - 3 * 3_600_000,
    way: "usb",
    days: 0,
    is_overdue: false,
    delivered: 132,
    undelivered: 3,
    earliest_ms: null,
    lacks_attachments: false,
    clock_ahead_ms: null,
    has_devices: true,
    ...change,
  };
}

export function office(change: Partial<OfficeView> = {}): OfficeView {
  return {
    organisation: "ORG",
    user: { id: "USER", name: "周某", role: "R3" },
    unit: VILLAGE,
    joined: VILLAGE,
    device: { id: "DEVICE", name: "村里电脑 A" },
    is_certified: true,
    is_forked: false,
    idle_minutes: 10,
    can_invite: false,
    may_register: true,
    commands: Object.keys(READS).filter((name) => !TOWNSHIPS.includes(name)),
    cases: 12,
    to_decide: 2,
    to_note: 0,
    behind: 0,
    held: 0,
    blobs_lacking: 0,
    short_of_room: null,
    neighbours: [neighbour()],
    waiting_for: [],
    lan: {
      is_listening: false,
      port: null,
      addresses: [],
      qr: null,
      is_announced: false,
      is_automatic: false,
      trouble: null,
    },
    ...change,
  };
}

export function status(change: Partial<StatusView> = {}): StatusView {
  return {
    version: "0.1.0",
    host: { name: "browser", can_pick: false, takes_paths: true },
    profile: "open",
    is_demo: false,
    is_answering: false,
    keyring: { state: "absent", opens_now: false },
    accounts: [{ user: "USER", label: "周某", wait_s: 0 }],
    preferences: { language: "zh-CN", zoom_percent: 100 },
    today: "2026-03-24",
    now_ms: NOW_MS,
    office: office(),
    ...change,
  };
}

export interface Opened extends RenderResult {
  host: MemoryHost;
  router: Router;
  user: UserEvent;
  /** What the page remembers of the answers it had. */
  queries: QueryClient;
}

/** The whole program at a path. `status_get` is answered unless the table says otherwise. */
export async function open(path: string, answers: Answers = {}): Promise<Opened> {
  const host = memoryHost({
    status_get: status(),
    draft_list: { drafts: [] },
    draft_set: {},
    desk_touch: {},
    local_item_list: { items: [], may_set: false },
    ...answers,
  });
  const router = newRouter();
  const queries = newQueryClient();
  await router.replace(path);
  const rendered = render(App, {
    global: {
      plugins: [
        [VueQueryPlugin, { queryClient: queries }],
        router,
        { install: (app: VueApp) => provideHost(app, host, queries) },
      ],
    },
  });
  return { ...rendered, host, router, user: userEvent.setup(), queries };
}

/** Nothing on the screen keeps anybody out. Contrast is measured in a real browser. */
export async function expectAccessible(): Promise<void> {
  const { violations } = await axe.run(document.body, {
    rules: { "color-contrast": { enabled: false }, region: { enabled: false } },
  });
  const found = violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html).join("\n")}`);
  expect(found, "axe finds nothing").toEqual([]);
}
