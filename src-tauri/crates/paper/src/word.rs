//! Forms as Word files, for those who must edit: a template that the office made itself in Word,
//! with names of fields in braces, filled with the same data as the PDF.
//!
//! A row of a table that names one of several (`{申请人姓名}`, `{履行内容}`) is there once for each
//! of them, rows beside each other that name the same together; anywhere else all of them stand
//! with a 、 between. What was filled in is not looked at again, so no word that somebody typed is
//! ever taken for a name.
//!
//! A template comes from outside: what it unpacks to is bounded before it is read, and one that
//! brings a program along, or points outside itself, is refused.

mod package;
mod tree;
mod values;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::forms::{Field, Form};
use tree::{Element, Node};
use values::Item;

/// The longest name between braces, in characters.
const NAME_CHARS_MAX: usize = 40;

/// The most names that are told of one template.
const NAMES_MAX: usize = 200;

/// The end of a line in what is filled in, until it is written as Word has it.
const LINE: char = '\u{2028}';

/// What is wrong with a Word file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum WordError {
    /// It is no .docx, or a broken one; an old .doc, or one with a password, is none.
    #[error("no Word file that can be read")]
    NoWord,
    /// It is larger than any real one, packed or unpacked, or would become so.
    #[error("larger than any real Word file")]
    TooLarge,
    /// It brings macros along.
    #[error("a Word file with macros")]
    Macros,
    /// It points outside itself, or has something of another program in it.
    #[error("a Word file that points outside itself")]
    Outside,
    /// No name in braces in it is known.
    #[error("a Word file in which nothing is to be filled in")]
    NoNames,
}

/// The names in braces of a template.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WordNames {
    /// Those that something is put in the place of, in their order.
    pub known: Vec<String>,
    /// Those that nobody knows; they stay as they are.
    pub unknown: Vec<String>,
    /// Fields of the form that it does not show.
    pub lacking: Vec<Field>,
}

/// A template made in Word.
#[derive(Debug)]
pub struct Word {
    package: package::Package,
}

/// Everything that may stand between braces in a template of a form.
#[must_use]
pub fn names(form: &Form) -> Vec<Field> {
    values::names(form)
}

impl Word {
    /// Reads a template.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(bytes: &[u8]) -> Result<Self, WordError> {
        Ok(Self { package: package::Package::read(bytes)? })
    }

    /// What stands between braces in it.
    #[must_use]
    pub fn names(&self, form: &Form) -> WordNames {
        let mut found = Vec::new();
        for part in self.package.parts() {
            names_in(part, true, &mut found);
        }
        let mut seen = BTreeSet::new();
        found.retain(|name| seen.insert(name.clone()));
        found.truncate(NAMES_MAX);
        let all = names(form);
        let path = |name: &String| all.iter().find(|field| field.zh == *name).map(|f| &f.path);
        let paths: BTreeSet<&String> = found.iter().filter_map(path).collect();
        let (known, unknown) = found.iter().cloned().partition(|name| path(name).is_some());
        // Whoever shows what is in a list shows the list.
        let within = |path: &String, of: &String| {
            path.strip_prefix(of.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        let is_shown = |field: &&Field| paths.iter().any(|path| within(path, &field.path));
        let own = form.fields.iter().filter(|field| all.contains(field));
        let lacking = own.filter(|field| !is_shown(field)).cloned().collect();
        WordNames { known, unknown, lacking }
    }

    /// The template with everything in its place. The same data gives the same bytes.
    ///
    /// # Errors
    /// [`WordError::NoNames`] if there is nothing to put anywhere; [`WordError::TooLarge`] if too
    /// much would stand in it.
    pub fn fill(&self, form: &Form, data: &Value) -> Result<Vec<u8>, WordError> {
        if self.names(form).known.is_empty() {
            return Err(WordError::NoNames);
        }
        let mut pen = Pen { fields: names(form), data, left: package::FILLED_BYTES_MAX };
        let filled = |part: &[Node]| {
            let mut out = Vec::new();
            pen.fill(part, None, false, &mut out).map(|()| out)
        };
        self.package.with(filled)
    }
}

/// Whether an element is one of Word's, by its name.
fn is(node: &Node, name: &str) -> bool {
    matches!(node, Node::Element(element) if element.name() == name)
}

/// A place where words stand in a paragraph: words, or what divides them.
enum Slot {
    Words(String),
    Break,
}

/// The words of a paragraph, without those of paragraphs within it.
fn slots(nodes: &[Node], in_text: bool, out: &mut Vec<Slot>) {
    for node in nodes {
        match node {
            Node::Text(text) if in_text => out.push(Slot::Words(text.clone())),
            Node::Element(element) => match element.name() {
                "w:p" => {}
                "w:br" | "w:tab" | "w:cr" => out.push(Slot::Break),
                name => slots(&element.children, name == "w:t", out),
            },
            _ => {}
        }
    }
}

/// A name in braces among letters that each know the slot they are of.
struct Found {
    from: usize,
    to: usize,
    name: String,
}

fn letters(slots: &[Slot]) -> Vec<(char, usize)> {
    let mut all = Vec::new();
    for (at, slot) in slots.iter().enumerate() {
        match slot {
            Slot::Words(words) => all.extend(words.chars().map(|letter| (letter, at))),
            Slot::Break => all.push(('\n', at)),
        }
    }
    all
}

/// The names among letters; Word divides them as it likes.
fn found(letters: &[(char, usize)]) -> Vec<Found> {
    let (mut all, mut open) = (Vec::new(), None);
    for (at, (letter, _)) in letters.iter().enumerate() {
        match (letter, open) {
            ('{' | '｛', _) => open = Some(at),
            ('\n', _) => open = None,
            ('}' | '｝', Some(from)) => {
                open = None;
                let inner = letters.get(from.saturating_add(1)..at).unwrap_or_default();
                let name: String = inner.iter().map(|(letter, _)| letter).collect();
                let name = name.trim().to_owned();
                if !name.is_empty() && name.chars().count() <= NAME_CHARS_MAX {
                    all.push(Found { from, to: at, name });
                }
            }
            _ => {}
        }
    }
    all
}

/// The names of some nodes, in order: of everything in them, or without rows within them.
fn names_in(nodes: &[Node], with_rows: bool, out: &mut Vec<String>) {
    for node in nodes {
        let Node::Element(element) = node else { continue };
        if element.name() == "w:tr" && !with_rows {
            continue;
        }
        if element.name() == "w:p" {
            let mut words = Vec::new();
            slots(&element.children, false, &mut words);
            out.extend(found(&letters(&words)).into_iter().map(|found| found.name));
        }
        names_in(&element.children, with_rows, out);
    }
}

/// Puts things in their places.
struct Pen<'a> {
    fields: Vec<Field>,
    data: &'a Value,
    /// How many bytes may still be written, about.
    left: usize,
}

impl Pen<'_> {
    fn path(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|field| field.zh == name).map(|field| field.path.as_str())
    }

    fn spend(&mut self, bytes: usize) -> Result<(), WordError> {
        self.left = self.left.checked_sub(bytes).ok_or(WordError::TooLarge)?;
        Ok(())
    }

    /// The one list that a row tells of, if it is one.
    fn list_of(&self, row: &Node) -> Option<&'static str> {
        let Node::Element(row) = row else { return None };
        if row.name() != "w:tr" {
            return None;
        }
        let mut names = Vec::new();
        names_in(&row.children, false, &mut names);
        let lists = names.iter().filter_map(|name| values::list_of(self.path(name)?));
        let lists: BTreeSet<&'static str> = lists.collect();
        lists.first().copied().filter(|_| lists.len() == 1)
    }

    fn fill(
        &mut self,
        nodes: &[Node],
        item: Option<Item<'_>>,
        is_again: bool,
        out: &mut Vec<Node>,
    ) -> Result<(), WordError> {
        let mut rest = nodes;
        while let Some((node, after)) = rest.split_first() {
            let list = if item.is_none() { self.list_of(node) } else { None };
            let Some(list) = list else {
                rest = after;
                out.extend(self.filled(node, item, is_again)?);
                continue;
            };
            // Rows beside each other that tell of the same: once for each, together.
            let is_same =
                |node: &Node| !matches!(node, Node::Element(_)) || self.list_of(node) == Some(list);
            let count = rest.iter().take_while(|node| is_same(node)).count();
            let (rows, others) = rest.split_at_checked(count).unwrap_or((rest, &[]));
            rest = others;
            let nobody = [Value::Null];
            let data: &Value = self.data;
            let all = values::items(data, list);
            for (at, value) in (if all.is_empty() { &nobody } else { all }).iter().enumerate() {
                for row in rows {
                    let item = Item { list, at, value };
                    out.extend(self.filled(row, Some(item), is_again || at > 0)?);
                }
            }
        }
        Ok(())
    }

    /// A node with what belongs into it. What a document may have once is in its first copy.
    fn filled(
        &mut self,
        node: &Node,
        item: Option<Item<'_>>,
        is_again: bool,
    ) -> Result<Option<Node>, WordError> {
        let Node::Element(element) = node else {
            self.spend(if let Node::Text(text) = node { text.len() } else { 1 })?;
            return Ok(Some(node.clone()));
        };
        self.spend(element.start.len())?;
        if is_again && matches!(element.name(), "w:bookmarkStart" | "w:bookmarkEnd") {
            return Ok(None);
        }
        let start = match is_again {
            true => element.without(&["w14:paraId", "w14:textId"]),
            false => element.start.clone(),
        };
        let mut children = Vec::new();
        self.fill(&element.children, item, is_again, &mut children)?;
        if element.name() == "w:p" {
            self.fill_paragraph(&mut children, item)?;
        }
        Ok(Some(Node::Element(Element { start, children })))
    }

    fn fill_paragraph(
        &mut self,
        children: &mut Vec<Node>,
        item: Option<Item<'_>>,
    ) -> Result<(), WordError> {
        let mut words = Vec::new();
        slots(children, false, &mut words);
        let letters = letters(&words);
        let mut texts: Vec<Option<String>> = words.iter().map(|_| None).collect();
        let mut said = Vec::new();
        for found in found(&letters) {
            let Some(path) = self.path(&found.name) else { continue };
            let text = values::text(self.data, path, item);
            self.spend(text.len())?;
            said.push((found, text));
        }
        if said.is_empty() {
            return Ok(());
        }
        let mut said = said.into_iter().peekable();
        for (at, (letter, slot)) in letters.iter().enumerate() {
            let Some(text) = texts.get_mut(*slot) else { continue };
            let text = text.get_or_insert_default();
            match said.peek() {
                Some((found, words)) if found.from == at => text.push_str(&plain(words)),
                Some((found, _)) if (found.from..found.to).contains(&at) => {}
                Some((found, _)) if found.to == at => drop(said.next()),
                _ => text.push(*letter),
            }
        }
        put_back(children, false, &mut texts.into_iter());
        Ok(())
    }
}

/// What may stand in XML, with the ends of lines as they are marked.
fn plain(words: &str) -> String {
    let letter = |letter: char| match letter {
        '\n' => Some(LINE),
        '\t' => Some(' '),
        '\u{FFFE}' | '\u{FFFF}' => None,
        _ => (!letter.is_control()).then_some(letter),
    };
    words.chars().filter_map(letter).collect()
}

/// Puts words back where they were taken from, in the same order.
fn put_back(
    nodes: &mut Vec<Node>,
    in_text: bool,
    texts: &mut impl Iterator<Item = Option<String>>,
) {
    for node in nodes.iter_mut() {
        match node {
            Node::Text(text) if in_text => {
                if let Some(Some(new)) = texts.next() {
                    *text = new;
                }
            }
            Node::Element(element) => match element.name() {
                "w:p" => {}
                "w:br" | "w:tab" | "w:cr" => drop(texts.next()),
                name => {
                    let in_text = name == "w:t";
                    put_back(&mut element.children, in_text, texts);
                    if in_text {
                        // What begins or ends with room keeps it.
                        element.start = element.without(&["xml:space"]);
                        element.start.push_attribute(("xml:space", "preserve"));
                    }
                }
            },
            _ => {}
        }
    }
    if nodes.iter().any(|node| is(node, "w:t")) {
        *nodes = std::mem::take(nodes).into_iter().flat_map(lines).collect();
    }
}

/// Words of several lines as Word has them: each of its own, with a break between.
fn lines(node: Node) -> Vec<Node> {
    let element = match node {
        Node::Element(element) if element.name() == "w:t" => element,
        other => return vec![other],
    };
    let text: String = element
        .children
        .iter()
        .filter_map(|child| if let Node::Text(text) = child { Some(text.as_str()) } else { None })
        .collect();
    let mut all = Vec::new();
    for (at, line) in text.split(LINE).enumerate() {
        if at > 0 {
            let start = quick_xml::events::BytesStart::new("w:br");
            all.push(Node::Element(Element { start, children: Vec::new() }));
        }
        let children = vec![Node::Text(line.to_owned())];
        all.push(Node::Element(Element { start: element.start.clone(), children }));
    }
    all
}

#[cfg(test)]
mod tests;
