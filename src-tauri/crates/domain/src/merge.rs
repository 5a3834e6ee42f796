//! The merge classes: what to do with two values that were written in ignorance of each other.
//! Every rule of the field names one of these, and nothing merges by any other means.

/// A merge class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum MergeClass {
    /// Everything is kept.
    Set,
    /// The more cautious value holds.
    Max,
    /// One unit is authoritative for the value.
    Owner,
    /// The earlier business time holds.
    Early,
    /// The later business time holds.
    Late,
    /// A named role decides; the safe value holds meanwhile.
    Ask,
    /// Two that say the same are one.
    Idem,
}

/// What became of the values standing side by side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Settled<T> {
    /// Nothing was said.
    Nothing,
    /// One holds.
    One(T),
    /// A person must decide.
    Ask(Vec<T>),
}

/// The values nobody answered in knowledge of them: those no other value knows.
///
/// `knows(later, earlier)` says whether the author of `later` had `earlier` before them.
pub fn heads<T>(items: &[T], knows: impl Fn(&T, &T) -> bool) -> Vec<&T> {
    items.iter().filter(|item| !items.iter().any(|other| knows(other, item))).collect()
}

/// MAX: the most cautious of what stands side by side.
pub fn max_of<T: Ord + Clone>(heads: impl IntoIterator<Item = T>) -> Option<T> {
    heads.into_iter().max()
}

/// IDEM, then ASK: one if all say the same, else a person decides.
pub fn same_or_ask<'a, T, K: PartialEq>(heads: &[&'a T], says: impl Fn(&T) -> K) -> Settled<&'a T> {
    let Some((first, rest)) = heads.split_first() else {
        return Settled::Nothing;
    };
    if rest.iter().all(|other| says(other) == says(first)) {
        Settled::One(first)
    } else {
        Settled::Ask(heads.to_vec())
    }
}

/// IDEM, then OWNER, then ASK: what all say, else what the owning unit alone says, else a person
/// decides.
pub fn owner_or_ask<'a, T, K: PartialEq>(
    heads: &[&'a T],
    says: impl Fn(&T) -> K,
    is_owner: impl Fn(&T) -> bool,
) -> Settled<&'a T> {
    match same_or_ask(heads, &says) {
        Settled::Ask(all) => {
            let owners: Vec<&'a T> = all.iter().copied().filter(|t| is_owner(t)).collect();
            match same_or_ask(&owners, &says) {
                Settled::One(one) => Settled::One(one),
                Settled::Nothing | Settled::Ask(_) => Settled::Ask(all),
            }
        }
        settled => settled,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // (name, what it says, whether the owner says it, whom it knows)
    type Said = (&'static str, u8, bool, &'static [&'static str]);

    fn knows(later: &Said, earlier: &Said) -> bool {
        later.3.contains(&earlier.0)
    }

    #[test]
    fn what_was_answered_is_no_head() {
        let said: [Said; 3] = [("a", 1, false, &[]), ("b", 2, false, &["a"]), ("c", 3, false, &[])];
        let names: Vec<_> = heads(&said, knows).iter().map(|s| s.0).collect();
        assert_eq!(names, ["b", "c"]);
    }

    #[test]
    fn owner_settles_only_what_differs_and_only_alone() {
        let rows: [(&str, &[Said], &str); 5] = [
            ("nothing said", &[], "nothing"),
            ("all agree", &[("a", 1, false, &[]), ("b", 1, false, &[])], "a"),
            ("the owner speaks", &[("a", 1, false, &[]), ("b", 2, true, &[])], "b"),
            ("no owner speaks", &[("a", 1, false, &[]), ("b", 2, false, &[])], "ask"),
            ("the owner says two things", &[("a", 1, true, &[]), ("b", 2, true, &[])], "ask"),
        ];
        for (name, said, want) in rows {
            let got = match owner_or_ask(&heads(said, knows), |s| s.1, |s| s.2) {
                Settled::Nothing => "nothing",
                Settled::One(one) => one.0,
                Settled::Ask(_) => "ask",
            };
            assert_eq!(got, want, "{name}");
        }
    }
}
