//! Pictures are drawn anew: decoded, turned upright, made no larger than paper needs, and written
//! as JPEG. Nothing of the file survives but what one sees: no place, no time, no camera, no
//! second content. What decodes a stranger's file runs in a child ([`crate::worker`]).

use std::io::{self, Cursor, Read, Write};
use std::time::Duration;

use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageReader, Limits, Rgb, RgbImage};

use crate::worker::{self, Task, Worker};

/// How much memory drawing takes at most, in bytes.
pub(crate) const MEMORY_BYTES_MAX: u64 = 640 * 1024 * 1024;

/// How much of it a decoder may take, in bytes.
const DECODER_BYTES_MAX: u64 = 320 * 1024 * 1024;

/// The most pixels of a picture: a camera of today, and twice that.
const PIXELS_MAX: u64 = 64_000_000;

/// The longest side that is kept: A4 at some 250 dots per inch.
const SIDE_MAX: u32 = 3_000;

/// The longest side of a thumbnail.
const THUMBNAIL_SIDE_MAX: u32 = 320;

/// How good the JPEG is, of 100.
const QUALITY: u8 = 80;
const THUMBNAIL_QUALITY: u8 = 65;

/// The largest picture that is drawn anew, in bytes.
const PICTURE_BYTES_MAX: usize = 64 * 1024 * 1024;

/// The longest answer of a child, in bytes: both pictures and what stands around them.
const ANSWER_BYTES_MAX: u64 = 48 * 1024 * 1024;

/// How long a child may draw.
const PATIENCE: Duration = Duration::from_secs(60);

/// A picture drawn anew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Drawn {
    /// The whole, as JPEG.
    pub(crate) whole: Vec<u8>,
    /// A small one, as JPEG.
    pub(crate) thumbnail: Vec<u8>,
}

/// Why a picture cannot be drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Undrawable {
    /// It has more pixels than any camera.
    TooManyPixels,
    /// It is damaged, or no picture that is known here.
    Damaged,
}

/// Draws a picture anew, by a child where there is a program that can become one.
///
/// # Errors
/// What is wrong with it; also where a child did not survive it.
pub(crate) fn draw_apart(worker: Option<&Worker>, bytes: &[u8]) -> Result<Drawn, Undrawable> {
    let Some(worker) = worker else { return draw_guarded(bytes) };
    match worker.ask(Task::DrawPicture, bytes, ANSWER_BYTES_MAX, PATIENCE) {
        Ok(answer) => answer.map_or(Err(Undrawable::Damaged), |answer| read_answer(&answer)),
        Err(error) => {
            tracing::warn!(%error, "pictures are not drawn in a child");
            draw_guarded(bytes)
        }
    }
}

fn draw_guarded(bytes: &[u8]) -> Result<Drawn, Undrawable> {
    std::panic::catch_unwind(|| draw(bytes)).unwrap_or(Err(Undrawable::Damaged))
}

/// Draws a picture anew.
pub(crate) fn draw(bytes: &[u8]) -> Result<Drawn, Undrawable> {
    let damaged = |_| Undrawable::Damaged;
    let reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format();
    let mut reader = reader.map_err(|_| Undrawable::Damaged)?;
    let mut limits = Limits::default();
    limits.max_alloc = Some(DECODER_BYTES_MAX);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(damaged)?;
    let (width, height) = decoder.dimensions();
    if u64::from(width).saturating_mul(u64::from(height)) > PIXELS_MAX {
        return Err(Undrawable::TooManyPixels);
    }
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let picture = DynamicImage::from_decoder(decoder).map_err(damaged)?;
    let picture = within(on_white(picture), SIDE_MAX);
    let mut picture = DynamicImage::ImageRgb8(picture);
    picture.apply_orientation(orientation);
    let picture = picture.into_rgb8();
    Ok(Drawn {
        thumbnail: jpeg(&within(picture.clone(), THUMBNAIL_SIDE_MAX), THUMBNAIL_QUALITY)?,
        whole: jpeg(&picture, QUALITY)?,
    })
}

/// What is transparent shows the paper.
fn on_white(picture: DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.into_rgb8();
    }
    let picture = picture.into_rgba8();
    let mut flat = RgbImage::new(picture.width(), picture.height());
    for (to, from) in flat.pixels_mut().zip(picture.pixels()) {
        let [red, green, blue, alpha] = from.0;
        let over = |ink: u8| {
            let (ink, alpha) = (u32::from(ink), u32::from(alpha));
            let white = u32::from(u8::MAX);
            let mixed = ink
                .saturating_mul(alpha)
                .saturating_add(white.saturating_mul(white.saturating_sub(alpha)));
            u8::try_from(mixed / white).unwrap_or(u8::MAX)
        };
        *to = Rgb([over(red), over(green), over(blue)]);
    }
    flat
}

/// A picture no side of which is longer than that.
fn within(picture: RgbImage, side: u32) -> RgbImage {
    if picture.width().max(picture.height()) <= side {
        return picture;
    }
    DynamicImage::ImageRgb8(picture).resize(side, side, FilterType::Triangle).into_rgb8()
}

fn jpeg(picture: &RgbImage, quality: u8) -> Result<Vec<u8>, Undrawable> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, quality)
        .encode_image(picture)
        .map_err(|_| Undrawable::Damaged)?;
    Ok(bytes)
}

/// What the child does once its limits are set: draws one picture. It answers with a letter for how
/// it went and, where it went well, with the small picture, its length before it, and the whole.
pub(crate) fn serve(mut input: impl Read, mut output: impl Write) -> io::Result<()> {
    let Some(bytes) = worker::read_request(&mut input, PICTURE_BYTES_MAX)? else { return Ok(()) };
    match draw(&bytes) {
        Ok(drawn) => {
            output.write_all(b"d")?;
            worker::write_request(&mut output, &drawn.thumbnail)?;
            output.write_all(&drawn.whole)?;
        }
        Err(Undrawable::TooManyPixels) => output.write_all(b"p")?,
        Err(Undrawable::Damaged) => output.write_all(b"x")?,
    }
    output.flush()
}

/// Reads what a child answered. It may have been taken over by what it drew: so what it says is
/// believed as far as the bytes go, and that they begin as a JPEG does.
fn read_answer(answer: &[u8]) -> Result<Drawn, Undrawable> {
    let mut rest = match answer.split_first() {
        Some((b'd', rest)) => rest,
        Some((b'p', _)) => return Err(Undrawable::TooManyPixels),
        _ => return Err(Undrawable::Damaged),
    };
    let most = rest.len();
    let thumbnail = worker::read_request(&mut rest, most).ok().flatten();
    let drawn = thumbnail.map(|thumbnail| Drawn { thumbnail, whole: rest.to_vec() });
    let is_jpeg = |bytes: &[u8]| bytes.starts_with(&[0xff, 0xd8, 0xff]);
    drawn
        .filter(|drawn| is_jpeg(&drawn.whole) && is_jpeg(&drawn.thumbnail))
        .ok_or(Undrawable::Damaged)
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::ImageFormat;

    /// A picture whose left upper corner is dark, as a file.
    pub(crate) fn file(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
        let picture = RgbImage::from_fn(width, height, |x, y| {
            if x < width / 2 && y < height / 2 { Rgb([20, 20, 20]) } else { Rgb([230, 230, 220]) }
        });
        let mut bytes = Cursor::new(Vec::new());
        DynamicImage::ImageRgb8(picture).write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    }

    /// Puts an EXIF block with an orientation and a place into a JPEG.
    fn with_exif(jpeg: &[u8], orientation: u8) -> Vec<u8> {
        let mut tiff = b"Exif\0\0MM\0*\0\0\0\x08\0\x01".to_vec();
        tiff.extend([0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0]);
        tiff.extend([0, 0, 0, 0]);
        tiff.extend(b"GPS 30.2741 N 120.1551 E");
        let length = u16::try_from(tiff.len() + 2).unwrap().to_be_bytes();
        [&jpeg[..2], &[0xff, 0xe1], &length, &tiff, &jpeg[2..]].concat()
    }

    fn decoded(bytes: &[u8]) -> RgbImage {
        image::load_from_memory_with_format(bytes, ImageFormat::Jpeg).unwrap().into_rgb8()
    }

    #[test]
    fn a_picture_is_drawn_upright_within_measure_and_tells_nothing_else() {
        let plain = file(400, 200, ImageFormat::Jpeg);
        // Turned by a quarter to the right: the dark corner comes to the right.
        let drawn = draw(&with_exif(&plain, 6)).unwrap();
        assert!(!drawn.whole.windows(3).any(|w| w == b"GPS"));
        assert!(!drawn.whole.windows(4).any(|w| w == b"Exif"));
        let upright = decoded(&drawn.whole);
        assert_eq!(upright.dimensions(), (200, 400));
        assert!(upright.get_pixel(190, 10).0[0] < 60 && upright.get_pixel(10, 10).0[0] > 200);
        assert_eq!(decoded(&drawn.thumbnail).dimensions(), (160, 320));
        for format in [ImageFormat::Png, ImageFormat::Bmp, ImageFormat::WebP] {
            let drawn = draw(&file(4000, 1000, format)).unwrap();
            assert_eq!(decoded(&drawn.whole).dimensions(), (3000, 750), "{format:?}");
            assert_eq!(decoded(&drawn.thumbnail).dimensions(), (320, 80));
        }
    }

    #[test]
    fn what_is_transparent_shows_the_paper() {
        let clear = image::RgbaImage::from_pixel(8, 8, image::Rgba([0, 0, 0, 0]));
        let mut bytes = Cursor::new(Vec::new());
        DynamicImage::ImageRgba8(clear).write_to(&mut bytes, ImageFormat::Png).unwrap();
        let drawn = draw(&bytes.into_inner()).unwrap();
        assert!(decoded(&drawn.whole).get_pixel(4, 4).0.iter().all(|ink| *ink > 250));
    }

    #[test]
    fn a_flood_of_pixels_costs_nothing_and_damage_is_told() {
        // A PNG of 30,000 by 30,000 pixels of one colour is a few hundred bytes; its header tells.
        let mut flood = file(1, 1, ImageFormat::Png);
        flood[16..24].copy_from_slice(&[0, 0, 0x75, 0x30, 0, 0, 0x75, 0x30]);
        let crc = crc(&flood[12..29]).to_be_bytes();
        flood[29..33].copy_from_slice(&crc);
        assert_eq!(draw(&flood), Err(Undrawable::TooManyPixels));
        let good = file(64, 64, ImageFormat::Png);
        assert_eq!(draw(&good[..good.len() / 2]), Err(Undrawable::Damaged));
        for bytes in [&b""[..], b"<svg onload='alert(1)'/>", b"%PDF-1.7", &[0xff, 0xd8, 0xff]] {
            assert_eq!(draw(bytes), Err(Undrawable::Damaged));
        }
    }

    fn crc(bytes: &[u8]) -> u32 {
        bytes.iter().fold(!0_u32, |crc, byte| {
            (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
                if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 }
            })
        }) ^ !0
    }

    #[test]
    fn what_a_child_answers_is_read_as_it_is_meant_and_nothing_else() {
        let picture = file(640, 480, ImageFormat::Jpeg);
        let mut request = Vec::new();
        worker::write_request(&mut request, &picture).unwrap();
        let mut answer = Vec::new();
        serve(request.as_slice(), &mut answer).unwrap();
        assert_eq!(read_answer(&answer), draw(&picture));
        for bad in [&b""[..], b"x", b"d", b"d\0\0\0\x01x", b"d\xff\xff\xff\xff", b"dabcdefg"] {
            assert_eq!(read_answer(bad), Err(Undrawable::Damaged), "{bad:?}");
        }
        assert_eq!(read_answer(b"p"), Err(Undrawable::TooManyPixels));
    }
}
