import { screen, waitFor } from "@testing-library/vue";
import { describe, expect, it } from "vitest";

import { fail, type Answers } from "@/host/memory";

import { view } from "./cases";
import { expectAccessible, office, open, status } from "./open";

const answers: Answers = {
  person_list: {
    rows: [{ id: "PERSON", name: "张某", phone: "13900006218", address: "桥头村三组" }],
    total: 1,
  },
  case_register: view(),
  case_get: view(),
  case_history: { events: [], total: 0 },
};

describe("quick registration", () => {
  it("has at most twenty fields, all of them reachable", async () => {
    await open("/register", answers);
    await screen.findByRole("button", { name: "登记" });
    const fields = document.querySelectorAll("main input, main select, main textarea");
    expect(fields.length).toBeLessThanOrEqual(20);
    await expectAccessible();
  });

  it("brings telephone and address with a known name, and sends what was typed", async () => {
    const { host, user, router } = await open("/register", answers);
    const [name] = await screen.findAllByLabelText(/姓名/);
    await user.type(name!, "张某");
    await waitFor(() => expect(screen.getAllByLabelText("电话")[0]).toHaveValue("13900006218"));
    const asked = host.calls.filter((call) => call.name === "person_list").at(-1);
    expect(asked?.payload).toMatchObject({ query: "张某" });
    await user.type(screen.getByLabelText("什么时候的事"), "昨天上午");
    await user.type(screen.getByLabelText("涉及多少钱"), "1.8万");
    await user.type(screen.getByLabelText("要求什么"), "恢复水沟{Enter}赔钱");
    await user.click(screen.getByRole("button", { name: "登记" }));
    await waitFor(() => expect(router.currentRoute.value.path).toBe("/cases/CASE-1"));
    const sent = host.calls.find((call) => call.name === "case_register")?.payload;
    expect(sent).toMatchObject({
      happened: "2026-03-23AM",
      amount_fen: 1_800_000,
      demands: ["恢复水沟", "赔钱"],
      parties: [{ name: "张某", side: "applicant", person: "PERSON" }],
    });
  });

  it("says who registers to somebody whose role does not", async () => {
    const user = { id: "USER", name: "孙某", role: "R1" as const };
    await open("/register", {
      ...answers,
      status_get: status({ office: office({ user, may_register: false }) }),
    });
    expect(await screen.findByText("您的角色不登记案件")).toBeVisible();
    expect(screen.queryByRole("button", { name: "登记" })).toBeNull();
    expect(screen.queryByRole("link", { name: "登记纠纷" })).toBeNull();
  });

  it("points out what is missing before anything is sent", async () => {
    const { host, user } = await open("/register", answers);
    await user.click(await screen.findByRole("button", { name: "登记" }));
    expect(await screen.findByText("这里要填。")).toBeVisible();
    expect(host.calls.some((call) => call.name === "case_register")).toBe(false);
  });

  it("shows a refusal beside the field it is about", async () => {
    const { user } = await open("/register", {
      ...answers,
      case_register: () => fail({ code: "refused", reason: "too_long", field: "name", index: 1 }),
    });
    const [first, second] = await screen.findAllByLabelText(/姓名/);
    await user.type(first!, "王某");
    await user.type(second!, "赵某");
    await user.click(screen.getByRole("button", { name: "登记" }));
    await waitFor(() => expect(second).toBeInvalid());
    expect(second).toHaveAccessibleDescription("写得太长了，请缩短一些。");
  });

  it("leads to the next field on Enter", async () => {
    const { user } = await open("/register", answers);
    const [name] = await screen.findAllByLabelText(/姓名/);
    await user.type(name!, "王某{Enter}");
    expect(screen.getAllByLabelText("电话")[0]).toHaveFocus();
  });

  it("keeps the draft while somebody looks something up", async () => {
    const { user, router } = await open("/register", answers);
    const [name] = await screen.findAllByLabelText(/姓名/);
    await user.type(name!, "王某");
    await router.push("/nowhere");
    await router.push("/register");
    expect((await screen.findAllByLabelText(/姓名/))[0]).toHaveValue("王某");
  });
});
