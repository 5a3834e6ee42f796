//! Cases: register, read, write on, find, settle.

mod confirming;
mod dispatching;
mod reading;
mod settling;
mod showing;
mod timing;
mod writing;

pub use reading::{CaseGet, CaseHistory, CaseList, CaseOrder, CaseSearch, ConflictList};
pub use settling::ConflictSettle;
pub use writing::{CaseRegister, FactAdd, FieldSet, NewFact, NewParty, TextEdit};

pub(crate) use reading::{get, history, list, list_conflicts, may_register, search, value};
pub(crate) use settling::{check_seat, open, settle};
pub(crate) use showing::{conflict_views, field_views};
pub(crate) use writing::{add_facts, edit_text, register, register_with, set_field};

/// The most rows of one window.
pub const ROWS_MAX: u32 = 200;
