// Cases the example does not have: one that must be watched, and one that is archived.

import type { Served } from "./served";

const DAY_MS = 86_400_000;

type Facts = Parameters<typeof Served.prototype.call<"fact_add">>[1]["facts"];

function daysAgo(today: string, days: number): string {
  return new Date(Date.parse(`${today}T00:00:00Z`) - days * DAY_MS).toISOString().slice(0, 10);
}

async function registered(served: Served, applied: string, names: [string, string]) {
  const { id, parties } = await served.call("case_register", {
    applied,
    source: "application",
    track: "petition",
    title: "",
    place: "桥头村三组",
    category: "marriage_family",
    summary: `${names[0]}来说，${names[1]}又动了手，孩子也在场。`,
    demands: ["不再动手", "分开住"],
    parties: names.map((name, index) => ({
      name,
      side: index === 0 ? ("applicant" as const) : ("respondent" as const),
      phone: null,
      address: "桥头村三组",
      person: null,
    })) as never,
  });
  return { id, parties: parties.map((party) => party.id) };
}

/** Writes acts one after the other, each on its day. */
async function write(served: Served, id: string, acts: { at: string; fact: object }[]) {
  for (const { at, fact } of acts) {
    const facts = [{ ...fact, at }] as unknown as Facts;
    await served.call("fact_add", { case: id, facts, notes: [] });
  }
}

/** A person with another record of the same name, which was said to be the same. */
export async function knownPerson(served: Served): Promise<string> {
  const add = (address: string) =>
    served.call("person_add", {
      name: "陈某",
      sex: "male",
      birth: "1961-03-12",
      phone: "13800001234",
      address,
      id_number: "11010519491231002X",
      note: null,
    });
  const known = await add("桥头村三组");
  const other = await add("石湾村");
  const link = { person: known.id, with: other.id, reason: "身份证一致", at: null };
  return (await served.call("person_link", link)).id;
}

/** Two registrations of what looks like one dispute. */
export async function twinCases(served: Served): Promise<void> {
  const { today } = await served.call("status_get", {});
  for (const days of [9, 6]) {
    await registered(served, daysAgo(today, days), ["黄某某", "曾某"]);
  }
}

/** A case on the red branch, with deadlines that are over, a suggestion and a recusal. */
export async function watchedCase(served: Served): Promise<string> {
  const { today } = await served.call("status_get", {});
  const day = (days: number) => daysAgo(today, days);
  const { id, parties } = await registered(served, day(70), ["陈某", "周某某"]);
  const held = (place: string) => ({
    kind: "session_held",
    body: {
      place,
      mode: "separate",
      host: "周某",
      mediators: [],
      present: parties,
      result: "failed",
    },
  });
  await write(served, id, [
    { at: day(68), fact: { kind: "accepted", body: { on: "application" } } },
    {
      at: day(68),
      fact: {
        kind: "mediators_appointed",
        body: { host: "周某", mediators: ["郑某", "何某"], chosen_by: "committee" },
      },
    },
    {
      at: day(66),
      fact: { kind: "recused", body: { mediator: "何某", party: parties[0], reason: "是亲戚" } },
    },
    { at: day(60), fact: held("村委会") },
    { at: day(52), fact: held("村委会") },
    { at: day(50), fact: held("陈某家里") },
    {
      at: day(3),
      fact: { kind: "flagged", body: { flags: ["domestic_violence"], note: "手臂有瘀青" } },
    },
  ]);
  return id;
}

/** A case whose file is sealed, with something that came later. */
export async function archivedCase(served: Served): Promise<string> {
  const { today } = await served.call("status_get", {});
  const day = (days: number) => daysAgo(today, days);
  const { id, parties } = await registered(served, day(30), ["何某某", "唐某"]);
  await write(served, id, [
    { at: day(28), fact: { kind: "accepted", body: { on: "application" } } },
    {
      at: day(20),
      fact: { kind: "closed", body: { outcome: "failed", routes: ["court"], note: "" } },
    },
    { at: day(15), fact: { kind: "archived", body: { retention: "long", volume: "12" } } },
    {
      at: day(5),
      fact: {
        kind: "visit_received",
        body: { party: parties[0], content: "又来说没有分开住。", danger: false },
      },
    },
  ]);
  return id;
}
