// One line an area.

import { accounts } from "./accounts";
import { acts } from "./acts";
import { asks } from "./asks";
import { attachments } from "./attachments";
import { audit } from "./audit";
import { backups } from "./backups";
import { caseWords } from "./case";
import { clocks } from "./clocks";
import { drafting } from "./drafting";
import { duplicates } from "./duplicates";
import { entering } from "./entering";
import { erasure } from "./erasure";
import { facts } from "./facts";
import { faults } from "./faults";
import { forms } from "./forms";
import { frame } from "./frame";
import { gate } from "./gate";
import { place } from "./place";
import { exchange } from "./exchange";
import { numbering } from "./numbering";
import { paper } from "./paper";
import { people } from "./people";
import { conflicts } from "./conflicts";
import { settings } from "./settings";
import { handover } from "./handover";
import { help } from "./help";
import { kit } from "./kit";
import { ledger } from "./ledger";
import { lists } from "./lists";
import { localItems } from "./localItems";
import { quarantine } from "./quarantine";
import { redaction } from "./redaction";
import { registration } from "./registration";
import { rights } from "./rights";
import { rules } from "./rules";
import { statistics } from "./statistics";
import { tables } from "./tables";
import { triage } from "./triage";
import { words } from "./words";
import { workbench } from "./workbench";

export const messages = {
  accounts,
  acts,
  asks,
  attachments,
  audit,
  backups,
  case: caseWords,
  clocks,
  drafting,
  duplicates,
  entering,
  erasure,
  facts,
  faults,
  forms,
  frame,
  gate,
  place,
  exchange,
  numbering,
  paper,
  people,
  conflicts,
  settings,
  handover,
  help,
  kit,
  ledger,
  lists,
  localItems,
  quarantine,
  redaction,
  registration,
  rights,
  rules,
  statistics,
  tables,
  triage,
  words,
  workbench,
};
