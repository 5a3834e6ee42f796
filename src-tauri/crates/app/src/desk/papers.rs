//! What a desk writes of forms, to where a person picked.

use domain::audit::{Deed, FileKind};
use domain::id::RecordId;

use super::{Desk, Resolved, read_small};
use crate::audit;
use crate::commands::FileSaved;
use crate::fault::Fault;
use crate::forms::archive::{self, ArchiveShape, ArchiveWritten, Filed, Sink};
use crate::forms::dossier::{self, ArchiveExport, DossierSave};
use crate::forms::package::{self, PackageExport};
use crate::forms::receipts::{self, ReceiptsSave};
use crate::forms::table::{self, FormReplace, FormTable};
use crate::forms::word::WORD_BYTES_MAX;
use crate::forms::{self, FormFile, FormFormat, FormSave};
use crate::host::Place;
use crate::office::Office;
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

    /// Writes the file of a case with its attachments as an archive.
    pub(crate) fn export_archive(
        &self,
        request: &ArchiveExport,
        progress: &Progress,
    ) -> Result<ArchiveWritten, Fault> {
        let office = self.office()?;
        let name = dossier::name(&office, request)?;
        let called = (name.as_str(), request.shape);
        self.write_archive(&office, (request.case, &request.to), called, |sink| {
            dossier::files(&office, request, progress, sink)
        })
    }

    /// Writes what goes to the court or the county.
    pub(crate) fn export_package(
        &self,
        request: &PackageExport,
        progress: &Progress,
    ) -> Result<ArchiveWritten, Fault> {
        let office = self.office()?;
        package::check(&office, request.case)?;
        let name = package::name(&office, request)?;
        let called = (name.as_str(), request.shape);
        self.write_archive(&office, (request.case, &request.to), called, |sink| {
            package::files(&office, request, progress, sink)
        })
    }

    fn write_archive(
        &self,
        office: &Office,
        (case, to): (RecordId, &Place),
        called: (&str, ArchiveShape),
        make: impl FnOnce(Sink<'_>) -> Result<Filed, Fault>,
    ) -> Result<ArchiveWritten, Fault> {
        let within = match self.resolve(to)? {
            Resolved::Stick(stick) => stick.path,
            Resolved::Path(path) => path,
        };
        let (path, filed) = archive::write(&within, called, make)?;
        audit::note(office, forms::exported(case))?;
        let Filed { files, hash, left_out } = filed;
        let shown = self.options.host.takes_paths().then(|| path.display().to_string());
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        Ok(ArchiveWritten { name: name.unwrap_or_default(), path: shown, files, hash, left_out })
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
