// The registers of a person, in the order they are shown.

export const REGISTERS = ["name", "birth", "phone", "address", "id_number", "note"] as const;
export type Register = (typeof REGISTERS)[number];
