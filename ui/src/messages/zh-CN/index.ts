// One line an area.

import { acts } from "./acts";
import { asks } from "./asks";
import { caseWords } from "./case";
import { clocks } from "./clocks";
import { drafting } from "./drafting";
import { duplicates } from "./duplicates";
import { facts } from "./facts";
import { faults } from "./faults";
import { forms } from "./forms";
import { frame } from "./frame";
import { gate } from "./gate";
import { place } from "./place";
import { exchange } from "./exchange";
import { numbering } from "./numbering";
import { people } from "./people";
import { conflicts } from "./conflicts";
import { settings } from "./settings";
import { help } from "./help";
import { kit } from "./kit";
import { ledger } from "./ledger";
import { registration } from "./registration";
import { rules } from "./rules";
import { triage } from "./triage";
import { words } from "./words";
import { workbench } from "./workbench";

export const messages = {
  acts,
  asks,
  case: caseWords,
  clocks,
  drafting,
  duplicates,
  facts,
  faults,
  forms,
  frame,
  gate,
  place,
  exchange,
  numbering,
  people,
  conflicts,
  settings,
  help,
  kit,
  ledger,
  registration,
  rules,
  triage,
  words,
  workbench,
};
