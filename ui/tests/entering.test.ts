import { screen } from "@testing-library/vue";
import { describe, expect, it } from "vitest";

import { names } from "@/features/registration/entering";

import { view } from "./cases";
import { expectAccessible, open } from "./open";

describe("the page on which a paper register is entered", () => {
  it("is written by keyboard alone, and begins the next row with the next number", async () => {
    const { host, user } = await open("/register/paper", {
      case_enter: view({ formal_number: "〔2025〕青石桥头人调字第0012号" }),
    });
    const number = await screen.findByLabelText(/登记册上的编号/);
    number.focus();
    await user.keyboard("12{Enter}2025-11-4{Enter}张三、张四{Enter}李四{Enter}{Enter}滴水{Enter}");
    expect(screen.getByLabelText(/办到哪一步/)).toHaveFocus();
    await user.keyboard("{Enter}");
    expect(screen.getByRole("button", { name: /录入，接着/ })).toHaveFocus();
    await user.keyboard("{Enter}");
    expect(await screen.findByText("已录入：〔2025〕青石桥头人调字第0012号")).toBeVisible();
    expect(host.calls.filter(({ name }) => name === "case_enter").at(-1)?.payload).toMatchObject({
      number: 12,
      register: {
        applied: "2025-11-04",
        title: "滴水",
        parties: [
          { name: "张三", side: "applicant" },
          { name: "张四", side: "applicant" },
          { name: "李四", side: "respondent" },
        ],
      },
      accepted: null,
      agreed: null,
    });
    expect(screen.getByLabelText(/登记册上的编号/)).toHaveValue("13");
    expect(screen.getByLabelText(/登记册上的编号/)).toHaveFocus();
    expect(screen.getByText("这次录入的")).toBeVisible();
    await expectAccessible();
  });

  it("sends nothing while something is missing", async () => {
    const { host, user } = await open("/register/paper", { case_enter: view() });
    await user.selectOptions(await screen.findByLabelText(/办到哪一步/), "已达成协议");
    await user.click(screen.getByRole("button", { name: /录入，接着/ }));
    expect(host.calls.some(({ name }) => name === "case_enter")).toBe(false);
    expect(screen.getAllByText("这里要填。").length).toBeGreaterThan(3);
  });

  it("takes names apart as people write them", () => {
    expect(names("张三、李四，王五 赵六/张三")).toEqual(["张三", "李四", "王五", "赵六"]);
  });
});
