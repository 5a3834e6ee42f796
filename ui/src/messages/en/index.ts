import type { messages as chinese } from "../zh-CN";

import { facts } from "./facts";
import { faults } from "./faults";
import { frame } from "./frame";
import { gate } from "./gate";
import { place } from "./place";
import { exchange } from "./exchange";
import { kit } from "./kit";
import { ledger } from "./ledger";
import { registration } from "./registration";
import { rules } from "./rules";
import { words } from "./words";
import { workbench } from "./workbench";

export const messages: typeof chinese = {
  facts,
  faults,
  frame,
  gate,
  place,
  exchange,
  kit,
  ledger,
  registration,
  rules,
  words,
  workbench,
};
