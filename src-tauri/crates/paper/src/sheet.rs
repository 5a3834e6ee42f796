//! A spreadsheet as every office opens it: one table a sheet, headed, ruled, fit to the width of the
//! paper, its heading repeated on every page. Everything people typed is text: no cell is ever a
//! formula, also not once somebody saves it in another form.

use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError,
};

use chrono::{Datelike, NaiveDate};

/// The most rows of a sheet: what a spreadsheet takes, less its headings.
pub const ROWS_MAX: usize = 1_000_000;

/// The most characters a cell shows; a spreadsheet takes 32,767.
const CELL_CHARS_MAX: usize = 32_000;

/// What stands in a cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Words; nothing of them is a formula.
    Text(String),
    /// A count.
    Count(i64),
    /// Money, in fen; shown in yuan.
    Money(i64),
    /// A day.
    Day(Option<NaiveDate>),
    /// A heading over the rows below it, as wide as the table.
    Group(String),
    /// Left open for the pen.
    Open,
}

/// A column.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// What it is headed with.
    pub head: String,
    /// How wide it is, in characters of the standard type.
    pub width: u32,
}

/// A sheet.
#[derive(Debug, Clone, PartialEq)]
pub struct Sheet {
    /// What its tab is called.
    pub name: String,
    /// What stands over it.
    pub title: String,
    /// The line below that: whose it is, of which time.
    pub beside: String,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Its rows.
    pub rows: Vec<Vec<Cell>>,
    /// What stands below it: who filled it in, who signs.
    pub below: Vec<String>,
    /// Whether the paper lies on its side.
    pub is_wide: bool,
}

/// A mistake of ours: what is written is bounded before.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct SheetError(#[from] XlsxError);

/// Writes sheets as one file. The same sheets of the same day give the same bytes.
///
/// # Errors
/// Our own mistake: what is written is bounded before.
pub fn write(sheets: &[Sheet], today: NaiveDate) -> Result<Vec<u8>, SheetError> {
    let mut book = Workbook::new();
    let year = u16::try_from(today.year()).unwrap_or(1900);
    let part = |n: u32| u8::try_from(n).unwrap_or(1);
    let made = ExcelDateTime::from_ymd(year, part(today.month()), part(today.day()));
    book.set_properties(&DocProperties::new().set_creation_datetime(&made?));
    for sheet in sheets {
        put(book.add_worksheet(), sheet)?;
    }
    Ok(book.save_to_buffer()?)
}

/// The looks of the cells.
struct Looks {
    title: Format,
    beside: Format,
    head: Format,
    text: Format,
    /// Text that would be a formula if it were typed.
    quoted: Format,
    count: Format,
    money: Format,
    day: Format,
    group: Format,
}

impl Looks {
    fn new() -> Self {
        let ruled = || Format::new().set_border(FormatBorder::Thin).set_font_name("宋体");
        let text = ruled().set_text_wrap().set_align(FormatAlign::Top);
        Self {
            title: Format::new()
                .set_font_name("方正小标宋简体")
                .set_font_size(18)
                .set_align(FormatAlign::Center)
                .set_align(FormatAlign::VerticalCenter),
            beside: Format::new().set_font_name("宋体").set_font_size(10),
            head: ruled()
                .set_bold()
                .set_text_wrap()
                .set_align(FormatAlign::Center)
                .set_align(FormatAlign::VerticalCenter),
            quoted: text.clone().set_quote_prefix(),
            count: ruled().set_num_format("0").set_align(FormatAlign::Top),
            money: ruled().set_num_format("#,##0.00").set_align(FormatAlign::Top),
            day: ruled().set_num_format("yyyy-mm-dd").set_align(FormatAlign::Top),
            group: ruled().set_bold(),
            text,
        }
    }
}

fn put(page: &mut Worksheet, sheet: &Sheet) -> Result<(), XlsxError> {
    let looks = Looks::new();
    let last = u16::try_from(sheet.columns.len().saturating_sub(1)).unwrap_or(0);
    page.set_name(tab(&sheet.name))?;
    for (at, column) in (0u16..).zip(&sheet.columns) {
        page.set_column_width(at, column.width)?;
    }
    let wide = |page: &mut Worksheet, row: u32, words: &str, look: &Format| {
        let done = match last {
            0 => page.write_string_with_format(row, 0, words, look),
            _ => page.merge_range(row, 0, row, last, words, look),
        };
        done.map(|_| ())
    };
    wide(page, 0, &plain(&sheet.title), &looks.title)?;
    page.set_row_height(0, 30)?;
    wide(page, 1, &plain(&sheet.beside), &looks.beside)?;
    for (at, column) in (0u16..).zip(&sheet.columns) {
        page.write_string_with_format(2, at, plain(&column.head), &looks.head)?;
    }
    let mut row = 3u32;
    for cells in sheet.rows.iter().take(ROWS_MAX) {
        if let Some(Cell::Group(words)) = cells.first() {
            wide(page, row, &plain(words), &looks.group)?;
        } else {
            for (at, cell) in (0u16..).zip(cells) {
                put_cell(page, (row, at), cell, &looks)?;
            }
        }
        row = row.saturating_add(1);
    }
    for words in &sheet.below {
        wide(page, row, &plain(words), &looks.beside)?;
        row = row.saturating_add(1);
    }
    page.set_freeze_panes(3, 0)?;
    page.set_repeat_rows(2, 2)?;
    page.set_paper_size(9);
    if sheet.is_wide {
        page.set_landscape();
    }
    // As wide as the paper, as long as it gets.
    page.set_print_fit_to_pages(1, 0);
    page.set_margins(0.6, 0.6, 0.7, 0.7, 0.3, 0.3);
    page.set_footer("&C&P / &N");
    Ok(())
}

fn put_cell(
    page: &mut Worksheet,
    (row, at): (u32, u16),
    cell: &Cell,
    looks: &Looks,
) -> Result<(), XlsxError> {
    match cell {
        Cell::Text(words) | Cell::Group(words) => {
            let words = plain(words);
            let look = if is_formula(&words) { &looks.quoted } else { &looks.text };
            page.write_string_with_format(row, at, words, look)?;
        }
        // A spreadsheet counts in doubles; up to 2^53 they are exact.
        Cell::Count(n) => {
            page.write_number_with_format(row, at, exact(*n), &looks.count)?;
        }
        Cell::Money(fen) => {
            page.write_number_with_format(row, at, exact(*fen) / 100.0, &looks.money)?;
        }
        Cell::Day(Some(day)) => {
            let part = |n: u32| u8::try_from(n).unwrap_or(1);
            let year = u16::try_from(day.year()).unwrap_or(0);
            match ExcelDateTime::from_ymd(year, part(day.month()), part(day.day())) {
                Ok(date) => page.write_datetime_with_format(row, at, &date, &looks.day)?,
                // A spreadsheet knows no day before 1900.
                Err(_) => page.write_string_with_format(row, at, day.to_string(), &looks.text)?,
            };
        }
        Cell::Day(None) | Cell::Open => {
            page.write_blank(row, at, &looks.text)?;
        }
    }
    Ok(())
}

fn exact(n: i64) -> f64 {
    // Through text, since no lossless conversion is named.
    n.to_string().parse().unwrap_or_default()
}

/// Whether a spreadsheet takes words for a formula when somebody types them.
///
/// Source: OWASP, "CSV Injection".
#[must_use]
pub fn is_formula(words: &str) -> bool {
    words.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'])
}

/// Words as a cell holds them: no control characters but the end of a line, and not longer than it
/// takes.
fn plain(words: &str) -> String {
    let kept = words.trim_start_matches(['\t', '\r', '\n']).chars();
    let kept = kept.map(|c| if c.is_control() && c != '\n' { ' ' } else { c });
    let mut kept: String = kept.take(CELL_CHARS_MAX.saturating_add(1)).collect();
    if kept.chars().count() > CELL_CHARS_MAX {
        kept.pop();
        kept.push('…');
    }
    kept
}

/// The name of a tab: at most 31 characters, none of those a spreadsheet forbids.
fn tab(name: &str) -> String {
    let name: String = name.chars().filter(|c| !"[]:*?/\\'".contains(*c)).take(31).collect();
    if name.is_empty() { "1".to_owned() } else { name }
}
