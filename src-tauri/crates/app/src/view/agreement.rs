//! What the screens read about agreements: what they lack, what was kept of them, and the court.

use domain::case::agreement::{ConfirmationBar, Standing};
use domain::case::confirmation::ConfirmationStage;
use domain::case::remedy::Remedy;
use domain::fact::body::{AgreementForm, CourtChoice, Kept, Material, PlanLine, Ruling, Touched};
use domain::id::FactId;
use domain::money::Fen;
use domain::time::{At, Day};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{UnitRef, WhyView};

views! {
    /// What a written agreement lacks.
    LackingView {
        /// Parties that have not signed.
        parties: Vec<FactId>,
        /// Whether no mediator has signed.
        mediator: bool,
        /// Whether the seal is missing.
        seal: bool,
        /// Whether it must be put in writing first.
        writing: bool,
    }
    /// Whether the parties may ask a court to confirm an agreement (司法确认), and how far that got.
    ConfirmationView {
        /// What keeps them from it; nothing does if absent.
        bar: Option<ConfirmationBar>,
        /// The rule and the agreements behind that.
        why: WhyView,
        /// How far it got.
        stage: ConfirmationStage,
        /// Papers that were not noted yet.
        missing: Vec<Material>,
        /// What courts do not confirm and this agreement seems to touch. They stay in sight; they
        /// stop nobody.
        warnings: Vec<TouchedView>,
        /// The applications, by the day they were handed in.
        filings: Vec<FilingView>,
    }
    /// Something a court does not confirm, and why the agreement seems to touch it.
    TouchedView {
        /// What.
        touched: Touched,
        /// The rule and the facts.
        why: WhyView,
    }
    /// An application to one court.
    FilingView {
        /// The facts that noted it, earliest first; acceptance and ruling name the first.
        notes: Vec<FactId>,
        /// The day it was handed in.
        at: At,
        /// The court.
        court: String,
        /// By which of the four rules it was chosen.
        choice: CourtChoice,
        /// Who applied.
        applicants: Vec<FactId>,
        /// Whether both sides did.
        is_joint: bool,
        /// Whether it came after the thirty days.
        is_late: bool,
        /// The day the court registered it.
        accepted: Option<At>,
        /// The number of the court's file.
        number: String,
        /// What became of it.
        result: Option<Ruling>,
        /// The day of the ruling or of the withdrawal.
        ruled: Option<At>,
        /// The number of the ruling.
        ruling_number: String,
        /// Whether this court has it.
        has_it: bool,
    }
    /// How far a line of a plan was kept.
    LineView {
        /// Its place in the plan, from 0.
        line: u16,
        /// The last word on it.
        kept: Option<Kept>,
        /// What was paid on it, each payment once.
        paid_fen: Fen,
        /// Whether that is more than was due.
        is_overpaid: bool,
    }
    /// A way that is open when an agreement is not kept.
    RemedyView {
        /// Which.
        remedy: Remedy,
        /// The rule and the facts.
        why: WhyView,
    }
    /// An agreement.
    AgreementView {
        /// The fact that reached it.
        id: FactId,
        /// Its number, if it is written.
        number: Option<String>,
        /// 曾用编号: the number on its sealed paper, where another agreement keeps that one.
        former_number: Option<String>,
        /// Oral or written.
        form: AgreementForm,
        /// The text, word for word.
        text: String,
        /// BLAKE3 of the text.
        text_hash: String,
        /// Who is bound.
        parties: Vec<FactId>,
        /// The amount it settles.
        amount_fen: Option<Fen>,
        /// What is to be done by when.
        plan: Vec<PlanLine>,
        /// The day it took effect.
        effective: Option<Day>,
        /// What it lacks to take effect.
        lacking: LackingView,
        /// Whether it holds.
        standing: Standing,
        /// The unit that recorded it.
        unit: UnitRef,
        /// The agreement it says it replaces.
        replaces: Option<FactId>,
        /// The day of the agreement it says it replaces, where its author did not hold that one.
        replaces_dated: Option<Day>,
        /// What holds in its place, if another does.
        replaced_by: Option<FactId>,
        /// Which version it is: 1, or one more than the agreement it replaces (变更协议).
        version: u16,
        /// Which of the registered demands it settles, by their place from 0; all if empty.
        demands: Vec<u16>,
        /// What its clauses touch that a court does not confirm.
        touches: Vec<Touched>,
        /// How many copies are made of a written one: one a party and one for the committee.
        copies: Option<u16>,
        /// How far each line of its plan was kept.
        lines: Vec<LineView>,
        /// What was paid in all, each payment once.
        paid_fen: Fen,
        /// What stays open once it is not kept.
        remedies: Vec<RemedyView>,
        /// Whether the parties may take it to the court (司法确认), and how far that got.
        judicial_confirmation: ConfirmationView,
        /// The rule and the facts behind its effect.
        why: WhyView,
    }
    /// A promise that is still open.
    DueView {
        /// The agreement.
        agreement: FactId,
        /// The line of its plan, from 0.
        line: u16,
        /// The last day.
        day: Day,
        /// What is to be done.
        what: String,
        /// What is to be paid.
        amount_fen: Option<Fen>,
        /// The days on which to remind.
        reminders: Vec<Day>,
    }
}
