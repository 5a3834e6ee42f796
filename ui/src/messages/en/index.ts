import type { messages as chinese } from "../zh-CN";

import { facts } from "./facts";
import { faults } from "./faults";
import { frame } from "./frame";
import { kit } from "./kit";
import { ledger } from "./ledger";
import { rules } from "./rules";
import { words } from "./words";
import { workbench } from "./workbench";

export const messages: typeof chinese = {
  facts,
  faults,
  frame,
  kit,
  ledger,
  rules,
  words,
  workbench,
};
