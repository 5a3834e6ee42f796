// Every page, one line each. A feature is reached from here and from nowhere else.

import type { Component } from "vue";
import type { RouteRecordRaw } from "vue-router";

import type { ProfileState } from "@/host/types";
import Case from "@/features/case/CasePage.vue";
import Ledger from "@/features/ledger/LedgerPage.vue";
import Registration from "@/features/registration/RegistrationPage.vue";
import Workbench from "@/features/workbench/WorkbenchPage.vue";

type Page = () => Promise<{ default: Component }>;

export const routes: RouteRecordRaw[] = [
  { name: "workbench", path: "/", component: Workbench },
  { name: "ledger", path: "/cases", component: Ledger },
  {
    name: "tables",
    path: "/cases/import",
    component: () => import("@/features/tables/TablesPage.vue"),
  },
  {
    name: "handover",
    path: "/cases/handover",
    component: () => import("@/features/handover/HandoverPage.vue"),
  },
  { name: "case", path: "/cases/:case", component: Case },
  { name: "registration", path: "/register", component: Registration },
  {
    name: "entering",
    path: "/register/paper",
    component: () => import("@/features/registration/EnteringPage.vue"),
  },
  {
    name: "triage",
    path: "/triage",
    component: () => import("@/features/case/triage/TriagePage.vue"),
  },
  {
    name: "exchange",
    path: "/exchange",
    component: () => import("@/features/exchange/ExchangePage.vue"),
  },
  {
    name: "quarantine",
    path: "/quarantine",
    component: () => import("@/features/quarantine/QuarantinePage.vue"),
  },
  {
    name: "conflicts",
    path: "/conflicts",
    component: () => import("@/features/conflicts/ConflictsPage.vue"),
  },
  {
    name: "conflict",
    path: "/conflicts/:record/:key",
    component: () => import("@/features/conflicts/ConflictPage.vue"),
  },
  {
    name: "duplicates",
    path: "/duplicates",
    component: () => import("@/features/duplicates/DuplicatesPage.vue"),
  },
  {
    name: "statistics",
    path: "/statistics",
    component: () => import("@/features/statistics/StatisticsPage.vue"),
  },
  {
    name: "counters",
    path: "/statistics/counters",
    component: () => import("@/features/statistics/CountersPage.vue"),
  },
  {
    name: "people",
    path: "/people",
    component: () => import("@/features/people/PeoplePage.vue"),
  },
  {
    name: "person",
    path: "/people/:person",
    component: () => import("@/features/people/PersonPage.vue"),
  },
  {
    name: "settings",
    path: "/settings",
    component: () => import("@/features/settings/SettingsPage.vue"),
  },
  {
    name: "accounts",
    path: "/settings/accounts",
    component: () => import("@/features/accounts/AccountsPage.vue"),
  },
  {
    name: "rights",
    path: "/settings/rights",
    component: () => import("@/features/settings/RightsPage.vue"),
  },
  {
    name: "audit",
    path: "/settings/audit",
    component: () => import("@/features/settings/AuditPage.vue"),
  },
  {
    name: "erasures",
    path: "/settings/erasures",
    component: () => import("@/features/erasure/ErasuresPage.vue"),
  },
  {
    name: "redaction",
    path: "/cases/:case/redact",
    component: () => import("@/features/erasure/RedactPage.vue"),
  },
  {
    name: "forms",
    path: "/cases/:case/forms",
    component: () => import("@/features/paper/PaperPage.vue"),
  },
  {
    name: "formats",
    path: "/settings/forms",
    component: () => import("@/features/paper/FormsPage.vue"),
  },
  { name: "help", path: "/help", component: () => import("@/features/help/HelpPage.vue") },
];

/** What stands before the pages while the profile is not open. */
export const gates: Partial<Record<Exclude<ProfileState, "open">, Page>> = {
  none: () => import("@/features/welcome/WelcomePage.vue"),
  locked: () => import("@/features/lock/LockPage.vue"),
};
