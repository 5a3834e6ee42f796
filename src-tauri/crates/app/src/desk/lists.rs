//! What a desk writes of lists of cases, to where a person picked.

use domain::audit::{Deed, FileKind};

use super::Desk;
use crate::audit;
use crate::commands::FileSaved;
use crate::fault::Fault;
use crate::handover::{self, HandoverSave};

impl Desk {
    /// Saves the list of cases that are handed over as a PDF.
    pub(crate) fn save_handover(&self, request: &HandoverSave) -> Result<FileSaved, Fault> {
        let office = self.office()?;
        self.resolve(&request.to)?;
        let (name, bytes) = handover::file(&office, request)?;
        let saved = self.save(&request.to, &name, &bytes)?;
        let count = u64::try_from(request.list.cases.len()).unwrap_or(u64::MAX);
        audit::note(&office, Deed::exported(FileKind::Document).count(count))?;
        Ok(saved)
    }
}
