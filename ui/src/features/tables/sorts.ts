// What a table may become, which columns such a table has, and who may take it over.

import type { CommandName } from "@/host";
import type { TableField, TableSort } from "@/host/types";

const CASES: TableField[] = [
  "number",
  "applied",
  "category",
  "title",
  "applicant",
  "respondent",
  "parties",
  "phone",
  "place",
  "summary",
  "amount",
  "ended",
];

interface Sort {
  /** Whoever may type its rows one by one may take them over. */
  by: CommandName;
  fields: TableField[];
  /** Of each of these one column must be there. */
  needs: TableField[][];
}

const PEOPLE: TableField[] = ["parties", "applicant", "respondent"];

export const SORTS: Record<TableSort, Sort> = {
  cases: {
    by: "case_register",
    fields: ["source", ...CASES, "item"],
    needs: [["applied"], PEOPLE],
  },
  hotline: {
    by: "field_set",
    fields: CASES,
    needs: [["number"], ["applied"], [...PEOPLE, "phone"]],
  },
  police: {
    by: "case_register",
    fields: CASES,
    needs: [["number"], ["applied"], [...PEOPLE, "phone"]],
  },
  holidays: {
    by: "settings_set",
    fields: ["day", "until", "rest", "feast"],
    needs: [["day"], ["rest"]],
  },
  persons: {
    by: "person_add",
    fields: ["name", "sex", "birth", "id_number", "phone", "place", "post", "note"],
    needs: [["name"]],
  },
  units: {
    by: "invitation_create",
    fields: ["name", "level", "kind", "place", "phone"],
    needs: [["name"]],
  },
  local_items: {
    by: "local_item_set",
    fields: ["number", "group", "item", "category", "duty", "frequency"],
    needs: [["number"], ["group"], ["item"], ["category"]],
  },
};
