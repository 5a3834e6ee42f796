// Words of duplicates, numbers, persons and limitation.

import type { Words } from "../zh-CN/words";

export const linking = {
  duplicateVerdict: {
    merged: "Merge",
    related: "Related",
    different: "Not the same",
    undone: "Decision taken back",
  },
  ground: {
    id_number: "Same identity number",
    phone: "Same name, same last four digits of the phone",
    village: "Same name, same village",
    token: "Same intake token",
    text: "Nearly the same words",
    same_type: "Same type",
    near_dates: "Near in time",
  },
  limitationKind: {
    ordinary: "Limitation (three years)",
    labour_arbitration: "Labour arbitration (one year)",
    land_arbitration: "Land-contract arbitration (two years)",
  },
  noLimitation: {
    obstruction: "Claims to stop harm, remove an obstruction or a danger know no limitation",
    return_of_property: "Claims for the return of houses or land know no limitation",
    maintenance: "Claims for maintenance know no limitation",
  },
  privacyGround: {
    consent: "Consent of the person or guardian",
    statutory_duty: "Legal duty",
  },
  idWarning: {
    length: "The identity number has neither eighteen digits nor the old fifteen: please check.",
    check_digit: "The last digit of the identity number does not fit: one may be mistyped.",
    date: "The date in the identity number is impossible: please check.",
    birth: "The identity number names another birthday than the one written.",
    sex: "The identity number names the other sex.",
  },
  estimate: "estimate",
} satisfies Pick<
  Words,
  | "duplicateVerdict"
  | "ground"
  | "limitationKind"
  | "noLimitation"
  | "privacyGround"
  | "idWarning"
  | "estimate"
>;
