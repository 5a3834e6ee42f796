//! Looks for names where none may stand in the clear: in files, and in what went over a line, in
//! the encodings in which they could lie there.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use aho_corasick::AhoCorasick;

/// Shorter ones would be found by chance in what is encrypted.
const BYTES_MIN: usize = 6;

/// Names that are looked for.
pub struct Leaks {
    found: AhoCorasick,
    /// The name and the encoding of each pattern.
    patterns: Vec<(String, &'static str)>,
}

/// What was looked through.
#[derive(Debug, Default)]
pub struct Looked {
    /// How many files.
    pub files: usize,
    /// How many bytes.
    pub bytes: usize,
    /// Each name that stands somewhere, with its encoding and its file.
    pub hits: BTreeSet<String>,
}

impl Leaks {
    /// Looks for names of three characters or more.
    ///
    /// # Panics
    /// If a name is too short to be looked for, or cannot be written in GBK.
    #[must_use]
    pub fn of<S: AsRef<str>>(names: &[S]) -> Self {
        let mut patterns = Vec::new();
        let mut bytes = Vec::new();
        for name in names.iter().map(AsRef::as_ref) {
            let (gbk, _, is_lossy) = encoding_rs::GBK.encode(name);
            assert!(!is_lossy, "{name}: not in GBK");
            let wide = name.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
            for (encoding, encoded) in
                [("UTF-8", name.as_bytes().to_vec()), ("UTF-16LE", wide), ("GBK", gbk.to_vec())]
            {
                assert!(encoded.len() >= BYTES_MIN, "{name}: too short to be looked for");
                patterns.push((name.to_owned(), encoding));
                bytes.push(encoded);
            }
        }
        let found = AhoCorasick::new(&bytes).expect("patterns that fit");
        Self { found, patterns }
    }

    /// The names that stand in bytes, each with its encoding.
    #[must_use]
    pub fn within(&self, bytes: &[u8]) -> BTreeSet<String> {
        let hits = self.found.find_overlapping_iter(bytes);
        let name = |at: usize| self.patterns.get(at).map(|(name, how)| format!("{name} ({how})"));
        hits.filter_map(|hit| name(hit.pattern().as_usize())).collect()
    }

    /// Looks through every file below a folder, its name included; links are not followed.
    ///
    /// # Panics
    /// If a file that is there cannot be read.
    #[must_use]
    pub fn below(&self, folder: &Path) -> Looked {
        let mut looked = Looked::default();
        self.look(folder, &mut looked);
        looked
    }

    fn look(&self, folder: &Path, looked: &mut Looked) {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            let mut hits = self.within(entry.file_name().as_encoded_bytes());
            let kind = entry.file_type().expect("a kind of file");
            if kind.is_dir() {
                self.look(&path, looked);
            } else if kind.is_file() {
                // One that has just gone has nothing in it.
                let bytes = fs::read(&path).unwrap_or_default();
                looked.files += 1;
                looked.bytes += bytes.len();
                hits.extend(self.within(&bytes));
            }
            looked.hits.extend(hits.into_iter().map(|hit| format!("{hit} in {}", path.display())));
        }
    }
}

/// Made-up names of people, all different, three characters each.
#[must_use]
pub fn names(count: usize) -> Vec<String> {
    const FAMILY: [char; 20] = [
        '欧', '蒲', '鄢', '缪', '檀', '邝', '逄', '臧', '糜', '靳', '蔺', '訾', '阚', '郗', '仝',
        '苌', '茆', '亓', '昝', '厍',
    ];
    const GIVEN: [&str; 10] =
        ["砚秋", "溯川", "栖梧", "荻洲", "樾舟", "澍禾", "骁岩", "珈宁", "筠溪", "霁野"];
    let all = GIVEN.iter().flat_map(|given| FAMILY.map(|family| format!("{family}{given}")));
    let names: Vec<String> = all.take(count).collect();
    assert_eq!(names.len(), count, "there are not so many");
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_was_planted_is_found_in_each_encoding() {
        let names = names(200);
        let leaks = Leaks::of(&names);
        let folder = crate::folder();
        let deep = folder.path().join("a/b");
        fs::create_dir_all(&deep).unwrap();
        let name = &names[137];
        fs::write(deep.join("utf8"), format!("xx{name}xx")).unwrap();
        let wide: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        fs::write(deep.join("utf16"), [b"x", &wide[..], b"x"].concat()).unwrap();
        fs::write(deep.join("gbk"), encoding_rs::GBK.encode(name).0).unwrap();
        fs::write(folder.path().join(format!("{name}.txt")), "").unwrap();
        fs::write(folder.path().join("none"), [0xb0; 4096]).unwrap();
        let looked = leaks.below(folder.path());
        assert_eq!((looked.files, looked.hits.len()), (5, 4), "{looked:?}");
    }
}
