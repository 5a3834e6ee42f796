//! XML as a tree, small enough to be copied: what Word writes, read with bounds and written again
//! as it was.

use quick_xml::events::{BytesStart, BytesText, Event};
use quick_xml::{Reader, Writer, XmlVersion};

/// How deep elements may lie in each other; what Word writes lies some thirty deep.
const DEPTH_MAX: usize = 120;

/// The most nodes of one part.
pub(super) const NODES_MAX: usize = 300_000;

/// A piece of XML.
#[derive(Debug, Clone)]
pub(super) enum Node {
    /// An element.
    Element(Element),
    /// Words, as they are meant.
    Text(String),
    /// Anything else: the declaration, a comment, an instruction.
    Other(Event<'static>),
}

/// An element.
#[derive(Debug, Clone)]
pub(super) struct Element {
    /// Its name and attributes.
    pub(super) start: BytesStart<'static>,
    /// What is in it.
    pub(super) children: Vec<Node>,
}

impl Element {
    /// What it is called.
    pub(super) fn name(&self) -> &str {
        self.start.name().into_inner()
    }

    /// An attribute by its name; `None` if it has none, or one that cannot be read.
    pub(super) fn attribute(&self, name: &str) -> Option<String> {
        let found = self.start.attributes().flatten().find(|each| each.key.into_inner() == name)?;
        found.normalized_value(XmlVersion::Implicit1_0).ok().map(std::borrow::Cow::into_owned)
    }

    /// The same element without some of its attributes.
    pub(super) fn without(&self, names: &[&str]) -> BytesStart<'static> {
        let mut start = BytesStart::new(self.name().to_owned());
        for each in self.start.attributes().flatten() {
            if !names.contains(&each.key.into_inner()) {
                start.push_attribute(each);
            }
        }
        start
    }
}

/// Reads a part; `None` if it is no XML, or more of it than any real part has. What declares names
/// of its own (a DTD) is refused with it.
pub(super) fn parse(bytes: &[u8]) -> Option<Vec<Node>> {
    let text = std::str::from_utf8(bytes).ok()?;
    let mut reader = Reader::from_str(text.strip_prefix('\u{feff}').unwrap_or(text));
    let mut open: Vec<Element> = Vec::new();
    let mut top: Vec<Node> = Vec::new();
    let mut count = 0usize;
    loop {
        let event = reader.read_event().ok()?;
        count = count.saturating_add(1);
        if count > NODES_MAX || open.len() > DEPTH_MAX {
            return None;
        }
        let node = match event {
            Event::Eof => break,
            Event::DocType(_) => return None,
            Event::Start(start) => {
                open.push(Element { start: start.into_owned(), children: Vec::new() });
                continue;
            }
            Event::End(_) => Node::Element(open.pop()?),
            Event::Empty(start) => {
                Node::Element(Element { start: start.into_owned(), children: Vec::new() })
            }
            Event::Text(text) => Node::Text(text.xml10_content().into_owned()),
            Event::CData(text) => Node::Text(text.xml10_content().into_owned()),
            Event::GeneralRef(name) => Node::Text(letter(&name)?.to_string()),
            other => Node::Other(other.into_owned()),
        };
        let into = open.last_mut().map_or(&mut top, |element| &mut element.children);
        match (into.last_mut(), node) {
            // Words that a reference stands in are one.
            (Some(Node::Text(before)), Node::Text(more)) => before.push_str(&more),
            (_, node) => into.push(node),
        }
    }
    open.is_empty().then_some(top)
}

/// The letter that a reference means.
fn letter(name: &quick_xml::events::BytesRef<'_>) -> Option<char> {
    if let Some(letter) = name.resolve_char_ref().ok()? {
        return Some(letter);
    }
    match &*name.xml10_content() {
        "lt" => Some('<'),
        "gt" => Some('>'),
        "amp" => Some('&'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => None,
    }
}

/// Writes a part.
pub(super) fn write(nodes: &[Node]) -> std::io::Result<Vec<u8>> {
    let mut out = Writer::new(Vec::new());
    put(&mut out, nodes)?;
    Ok(out.into_inner())
}

fn put(out: &mut Writer<Vec<u8>>, nodes: &[Node]) -> std::io::Result<()> {
    for node in nodes {
        match node {
            Node::Text(text) => out.write_event(Event::Text(BytesText::new(text)))?,
            Node::Other(event) => out.write_event(event.clone())?,
            Node::Element(element) if element.children.is_empty() => {
                out.write_event(Event::Empty(element.start.borrow()))?;
            }
            Node::Element(element) => {
                out.write_event(Event::Start(element.start.borrow()))?;
                put(out, &element.children)?;
                out.write_event(Event::End(element.start.to_end()))?;
            }
        }
    }
    Ok(())
}
