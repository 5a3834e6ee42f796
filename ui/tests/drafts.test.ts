import { screen, waitFor } from "@testing-library/vue";
import { describe, expect, it } from "vitest";

import type { DraftView } from "@/host/types";

import { desk, view } from "./cases";
import { expectAccessible, NOW_MS, open, status } from "./open";

/** A program that keeps drafts, and answers as one that was just unlocked. */
function keeping(first: DraftView[] = []) {
  const kept = new Map(first.map((draft) => [draft.name, draft]));
  let profile: "open" | "locked" = "open";
  return {
    kept,
    answers: {
      status_get: () => status(profile === "open" ? {} : { profile, office: null }),
      draft_list: () => ({ drafts: [...kept.values()] }),
      draft_set: ({
        name,
        path = "",
        body,
      }: {
        name: string;
        path?: string;
        body?: string | null;
      }) => {
        if (body === null || body === undefined) kept.delete(name);
        else kept.set(name, { name, path, body, at_ms: NOW_MS });
        return {};
      },
      profile_lock: () => {
        profile = "locked";
        return status({ profile, office: null });
      },
      profile_unlock: () => {
        profile = "open";
        return status();
      },
    },
  };
}

describe("a form half written", () => {
  it("is there after the lock, and is offered again", async () => {
    const program = keeping();
    const { user, router } = await open("/register", program.answers);
    await user.type(await screen.findByLabelText(/^经过/), "田埂被挖了一尺");
    await user.keyboard("{F8}");
    await user.type(await screen.findByLabelText(/^密码/), "水牛 窗台 七点 铁锹{Enter}");
    await screen.findByText("桥头村评理说事点");
    expect(program.kept.get("registration")?.path).toBe("/register");
    await router.push("/register");
    expect(await screen.findByLabelText(/^经过/)).toHaveValue("田埂被挖了一尺");
    expect(screen.getByText(/您上次没写完的还在/)).toBeVisible();
    await expectAccessible();
    await user.click(screen.getByRole("button", { name: "不要了，从头写" }));
    expect(screen.getByLabelText(/^经过/)).toHaveValue("");
    await waitFor(() => expect(program.kept.size).toBe(0));
  });

  it("is kept while it is typed, without any leave-taking", async () => {
    const program = keeping();
    const { user } = await open("/register", program.answers);
    await user.type(await screen.findByLabelText(/^经过/), "田埂");
    await waitFor(() => expect(program.kept.get("registration")?.body).toContain("田埂"), {
      timeout: 4000,
    });
  });

  it("leaves none once it was sent", async () => {
    const program = keeping();
    const { user, host } = await open("/register", {
      ...program.answers,
      case_register: () => view(),
      case_get: () => view(),
    });
    await user.type((await screen.findAllByLabelText(/姓名/))[0]!, "张某");
    await user.type(screen.getByLabelText(/^经过/), "田埂");
    await waitFor(() => expect(program.kept.size).toBe(1), { timeout: 4000 });
    await user.click(screen.getByRole("button", { name: "登记" }));
    await waitFor(() => expect(program.kept.size).toBe(0));
    expect(host.calls.some(({ name }) => name === "case_register")).toBe(true);
  });

  it("is passed over when it is of another shape, as an older program kept it", async () => {
    const program = keeping([
      { name: "registration", path: "/register", body: '{"who":"张某"}', at_ms: NOW_MS },
    ]);
    await open("/register", program.answers);
    expect(await screen.findByLabelText(/^经过/)).toHaveValue("");
    expect(screen.queryByText(/您上次没写完的还在/)).toBeNull();
  });

  it("stands on the first page, to be gone on with or thrown away", async () => {
    const at = (name: string, path: string) => ({ name, path, body: "{}", at_ms: NOW_MS });
    const program = keeping([
      at("registration", "/register"),
      at("fact/CASE/session_held", "/cases/CASE"),
      at("fact/CASE/session_held/when", "/cases/CASE"),
    ]);
    const { user } = await open("/", { ...program.answers, workbench_get: desk() });
    expect(await screen.findByRole("heading", { name: "您上次没写完的" })).toBeVisible();
    expect(screen.getByRole("link", { name: /接着写：登记/ })).toHaveAttribute("href", "/register");
    const session = screen.getAllByRole("link", { name: /接着写/ })[0];
    expect(session).toHaveAttribute("href", "/cases/CASE?do=session_held");
    await user.click(screen.getByRole("button", { name: /不要了：登记/ }));
    await waitFor(() => expect(program.kept.has("registration")).toBe(false));
    expect(program.kept.size).toBe(2);
  });
});
