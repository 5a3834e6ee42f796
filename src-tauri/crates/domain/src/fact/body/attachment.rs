//! The bodies of facts about attachments (附件): the fact names the bytes, which travel apart from
//! it and later.

use serde::{Deserialize, Serialize};

use crate::id::{BlobId, FactId};

words! {
    /// In which form the bytes of an attachment are.
    AttachmentForm {
        /// A picture, as JPEG.
        Jpeg,
        /// A document, as PDF.
        Pdf,
        /// A recording, as MP3.
        Mp3,
        /// A recording, as MPEG-4 audio.
        M4a,
        /// A recording, as WAVE.
        Wav,
        /// A recording of an older telephone, as AMR.
        Amr,
        /// A recording, as Ogg.
        Ogg,
    }
}

bodies! {
    /// A blob, and how large it is.
    BlobRef {
        /// Its name.
        blob: BlobId,
        /// Its size, in bytes.
        bytes: u64,
    }
    /// 附件.
    ///
    /// Source: 人民调解工作若干规定 (2002) arts. 26 and 37: what was found out, and the file that is
    /// made of it.
    AttachmentAdded {
        /// What people call it.
        name: String,
        /// Its form.
        form: AttachmentForm,
        /// The bytes.
        whole: BlobRef,
        /// A small picture of it, where there is one.
        #[serde(default)]
        thumbnail: Option<BlobRef>,
        /// What was written that it belongs to.
        #[serde(default)]
        of: Option<FactId>,
    }
    /// 撤下附件: it stays in the history, and belongs to the case no longer.
    AttachmentWithdrawn {
        /// Which attachment.
        attachment: FactId,
        /// Why.
        reason: String,
    }
}
