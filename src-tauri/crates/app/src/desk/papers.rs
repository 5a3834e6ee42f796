//! What a desk writes of forms, to where a person picked.

use domain::audit::{Deed, FileKind};

use super::{Desk, Resolved, read_small};
use crate::audit;
use crate::commands::FileSaved;
use crate::fault::{Fault, FileTrouble, file_fault};
use crate::forms::dossier::{self, ArchiveWritten, DossierSave};
use crate::forms::receipts::{self, ReceiptsSave};
use crate::forms::table::{self, FormReplace, FormTable};
use crate::forms::word::WORD_BYTES_MAX;
use crate::forms::{self, FormFile, FormFormat, FormSave};
use crate::progress::Progress;

impl Desk {
    /// Saves a form as a file.
    pub(crate) fn save_form(&self, request: &FormSave) -> Result<FileSaved, Fault> {
        let office = self.office()?;
        self.resolve(&request.to)?;
        let FormFile { name, bytes, note } = forms::file(&office, request)?;
        let saved = self.save(&request.to, &name, &bytes)?;
        audit::note(&office, forms::exported(request.case))?;
        if let Some(note) = note {
            forms::write_down(&office, request.case, &note)?;
        }
        Ok(saved)
    }

    /// Saves the file of a case as one PDF.
    pub(crate) fn save_dossier(
        &self,
        request: &DossierSave,
        progress: &Progress,
    ) -> Result<FileSaved, Fault> {
        let office = self.office()?;
        self.resolve(&request.to)?;
        let (name, bytes) = dossier::file(&office, request, progress)?;
        let saved = self.save(&request.to, &name, &bytes)?;
        audit::note(&office, forms::exported(request.case))?;
        Ok(saved)
    }

    /// Saves the receipts of a list of cases as one PDF.
    pub(crate) fn save_receipts(
        &self,
        request: &ReceiptsSave,
        progress: &Progress,
    ) -> Result<FileSaved, Fault> {
        let office = self.office()?;
        self.resolve(&request.to)?;
        let (name, bytes, count) = receipts::file(&office, request, progress)?;
        let saved = self.save(&request.to, &name, &bytes)?;
        audit::note(&office, Deed::exported(FileKind::Document).count(count))?;
        Ok(saved)
    }

    /// Writes the file of a case with its attachments into a folder of its own. What is not
    /// finished leaves no manifest, and so is no archive.
    pub(crate) fn export_archive(
        &self,
        request: &DossierSave,
        progress: &Progress,
    ) -> Result<ArchiveWritten, Fault> {
        let office = self.office()?;
        let within = match self.resolve(&request.to)? {
            Resolved::Stick(stick) => stick.path,
            Resolved::Path(path) => path,
        };
        let name = dossier::folder(&office, request)?;
        let folder = within.join(&name);
        if folder.exists() {
            let path = name.clone();
            return Err(Fault::File { reason: FileTrouble::Exists, path });
        }
        std::fs::create_dir(&folder).map_err(|error| file_fault(&error, &folder))?;
        let write = |name: &str, bytes: &[u8]| -> Result<(), Fault> {
            let written = carry::usb::write_verified(&folder, name, |out| out.write_all(bytes));
            written.map(|_| ()).map_err(|error| file_fault(&error, &folder))
        };
        let made = dossier::files(&office, request, progress, write);
        let (files, hash) = match made {
            Ok(made) => made,
            Err(fault) => {
                // Half an archive is none.
                let _ = std::fs::remove_dir_all(&folder);
                return Err(fault);
            }
        };
        audit::note(&office, forms::exported(request.case))?;
        let path = self.options.host.takes_paths().then(|| folder.display().to_string());
        Ok(ArchiveWritten { name, path, files, hash })
    }

    /// Puts a template in the place of a form's own.
    pub(crate) fn replace_form(&self, request: &FormReplace) -> Result<FormTable, Fault> {
        let office = self.office()?;
        let path = self.resolve_file(&request.from)?;
        let most = match request.format {
            FormFormat::Pdf => table::TEMPLATE_BYTES_MAX,
            FormFormat::Word => WORD_BYTES_MAX,
        };
        let bytes = read_small(&path, most)?;
        table::replace(&office, request, bytes)
    }
}
