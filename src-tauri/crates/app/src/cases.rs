//! Cases: register, read, write on, find, settle.

mod confirming;
mod dispatching;
mod entering;
mod linking;
mod matching;
mod reading;
mod settling;
mod showing;
mod tangling;
mod timing;
mod writing;

pub use entering::{CaseEnter, EnteredAgreement};
pub use linking::{DuplicateDecide, DuplicateList, DuplicateUndo};
pub use matching::MatchPlace;
pub use reading::{CaseGet, CaseHistory, CaseList, CaseOrder, CaseSearch, ConflictList};
pub use settling::ConflictSettle;
pub use writing::{CaseRegister, FactAdd, FieldSet, NewFact, NewParty, TextEdit};

pub(crate) use entering::enter;
pub(crate) use linking::{decide, list as list_duplicates, undo};
pub(crate) use reading::{filter, folded, get, history, line, list, list_conflicts, search, value};
pub(crate) use settling::{check_seat, open, settle};
pub(crate) use showing::{conflict_views, field_views, why_view};
pub(crate) use writing::{
    add_facts, check_register, edit_text, register, register_many, register_with, set_field,
};

/// The most rows of one window.
pub const ROWS_MAX: u32 = 200;
