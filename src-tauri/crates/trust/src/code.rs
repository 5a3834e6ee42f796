//! Codes people read aloud or copy by hand: decimal digits in groups of four, with a check digit,
//! so that a slip of the ear is told at once and an old keyboard suffices.

/// A code that was misread.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CodeError {
    /// Not that many digits.
    #[error("expected {expected} digits, got {got}")]
    Length {
        /// How many there should be.
        expected: usize,
        /// How many there are.
        got: usize,
    },
    /// The check digit does not fit: one digit is wrong or two are swapped.
    #[error("check digit does not fit")]
    Check,
    /// The digits stand for more than they can.
    #[error("out of range")]
    Range,
}

/// Digits of an invitation's code: 19 random ones, 63 bits, and the check digit.
pub const INVITATION_DIGITS: usize = 20;
/// Digits of the printed kit: 39 for 128 bits, and the check digit.
pub const KIT_DIGITS: usize = 40;

/// The check digit of decimal digits, by Luhn's rule.
///
/// Source: ISO/IEC 7812-1, annex B.
fn luhn(digits: &[u8]) -> u8 {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(at, digit)| {
            let digit = u32::from(*digit);
            let doubled = if at % 2 == 0 { digit * 2 } else { digit };
            if doubled > 9 { doubled - 9 } else { doubled }
        })
        .sum();
    u8::try_from((10 - sum % 10) % 10).unwrap_or(0)
}

/// Writes a number as `count` digits, the last of them the check digit, in groups of four.
#[must_use]
pub fn write(mut value: u128, count: usize) -> String {
    let mut digits = vec![0u8; count.saturating_sub(1)];
    for digit in digits.iter_mut().rev() {
        *digit = u8::try_from(value % 10).unwrap_or(0);
        value /= 10;
    }
    digits.push(luhn(&digits));
    let text: Vec<String> = digits
        .chunks(4)
        .map(|group| group.iter().map(|d| char::from(b'0' + d)).collect())
        .collect();
    text.join(" ")
}

/// Reads a code of `count` digits, however it is spaced.
///
/// # Errors
/// [`CodeError::Length`], [`CodeError::Check`], [`CodeError::Range`].
pub fn read(text: &str, count: usize) -> Result<u128, CodeError> {
    let digits: Vec<u8> = text
        .chars()
        .filter_map(|c| c.to_digit(10).or_else(|| full_width(c)))
        .filter_map(|d| u8::try_from(d).ok())
        .collect();
    if digits.len() != count {
        return Err(CodeError::Length { expected: count, got: digits.len() });
    }
    let (check, digits) = digits.split_last().ok_or(CodeError::Check)?;
    if luhn(digits) != *check {
        return Err(CodeError::Check);
    }
    digits
        .iter()
        .try_fold(0u128, |value, digit| value.checked_mul(10)?.checked_add(u128::from(*digit)))
        .ok_or(CodeError::Range)
}

/// A digit typed with a Chinese input method.
fn full_width(c: char) -> Option<u32> {
    u32::from(c).checked_sub(0xff10).filter(|d| *d < 10)
}

/// The largest number an invitation's code stands for.
pub const INVITATION_VALUES: u128 = 10_u128.pow(19);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_read_back_however_they_are_spaced() {
        let value = 1_234_567_890_123_456_789;
        let code = write(value, INVITATION_DIGITS);
        assert_eq!(code.len(), 24, "five groups of four");
        assert_eq!(read(&code, INVITATION_DIGITS), Ok(value));
        assert_eq!(read(&code.replace(' ', "-"), INVITATION_DIGITS), Ok(value));
        let wide: String = code
            .chars()
            .map(|c| c.to_digit(10).and_then(|d| char::from_u32(0xff10 + d)).unwrap_or(c))
            .collect();
        assert_eq!(read(&wide, INVITATION_DIGITS), Ok(value), "typed with an input method");
        assert_eq!(read(&write(u128::MAX, KIT_DIGITS), KIT_DIGITS), Ok(u128::MAX));
    }

    #[test]
    fn a_slip_is_told() {
        let code = write(1_234_567_890_123_456_789, INVITATION_DIGITS);
        let wrong = code.replacen('1', "2", 1);
        assert_eq!(read(&wrong, INVITATION_DIGITS), Err(CodeError::Check));
        assert_eq!(
            read("1234", INVITATION_DIGITS),
            Err(CodeError::Length { expected: 20, got: 4 })
        );
        let too_large = format!("{}0", "9".repeat(39));
        let check = luhn(&[9; 39]);
        let too_large = too_large.replacen("90", &format!("9{check}"), 1);
        assert_eq!(read(&too_large, KIT_DIGITS), Err(CodeError::Range));
    }
}
