// `FactAdd` names this type without importing it.
type NewFact = import("./generated/NewFact").NewFact;
