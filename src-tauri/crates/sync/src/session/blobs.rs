//! The second half of a meeting: each says which blobs it lacks, and both send what they have of
//! them.

use std::collections::VecDeque;

use super::{Message, PIECE_ROUNDS_MAX, Pieces, Session, SessionFault, Side, Waiting, Wants};
use crate::Archive;
use crate::blob::{CHUNK_BYTES, Piece, WANTS_MAX};

impl Session {
    /// How many blobs are lacking here of what the two share.
    pub(super) fn want_count<A: Archive>(
        &self,
        archive: &mut A,
    ) -> Result<u64, SessionFault<A::Error>> {
        let wants = archive
            .wants(&self.exchanged(archive).seen_by(self.own_unit))
            .map_err(SessionFault::Archive)?;
        Ok(u64::try_from(wants.list.len()).unwrap_or(u64::MAX))
    }

    pub(super) fn say_wants<A: Archive>(
        &mut self,
        archive: &mut A,
    ) -> Result<(), SessionFault<A::Error>> {
        let mut wants = archive
            .wants(&self.exchanged(archive).seen_by(self.own_unit))
            .map_err(SessionFault::Archive)?;
        wants.is_all &= wants.list.len() <= WANTS_MAX;
        wants.list.truncate(WANTS_MAX);
        self.pieces = Pieces { rounds: self.pieces.rounds.saturating_add(1), moved: 0 };
        self.outgoing.push_back(Message::Wants(wants));
        self.waiting = Waiting::Wants;
        Ok(())
    }

    pub(super) fn take_wants<E>(&mut self, wants: Wants) -> Result<(), SessionFault<E>> {
        if wants.list.len() > WANTS_MAX {
            return Err(SessionFault::Protocol);
        }
        self.progress.their_wants = Some(wants.clone());
        let now = if wants.is_later { Vec::new() } else { wants.list };
        self.serving = Some(now.into());
        self.waiting = Waiting::Pieces;
        Ok(())
    }

    /// The next piece for the other, or that there are no more.
    pub(super) fn serve<A: Archive>(
        &mut self,
        archive: &mut A,
    ) -> Result<Option<Message>, SessionFault<A::Error>> {
        let seen = match &self.serving {
            Some(_) => self.exchanged(archive).seen_by(self.peer.unit),
            None => return Ok(None),
        };
        while let Some(want) = self.serving.as_mut().and_then(|serving| serving.front_mut()) {
            let piece = archive.piece(&seen, want).map_err(SessionFault::Archive)?;
            let Some(piece) = piece else {
                self.serving.as_mut().and_then(VecDeque::pop_front);
                continue;
            };
            let chunks = piece.bytes.len().div_ceil(CHUNK_BYTES);
            want.from = want.from.saturating_add(u32::try_from(chunks).unwrap_or(u32::MAX));
            self.count_piece(&piece, true);
            return Ok(Some(Message::Piece(piece)));
        }
        self.serving = None;
        // Whatever goes on comes after it.
        self.go_on();
        Ok(Some(self.done()))
    }

    fn count_piece(&mut self, piece: &Piece, is_sent: bool) {
        self.pieces.moved = self.pieces.moved.saturating_add(1);
        let bytes = u64::try_from(piece.bytes.len()).unwrap_or(u64::MAX);
        let progress = &mut self.progress;
        let sum =
            if is_sent { &mut progress.blob_bytes_sent } else { &mut progress.blob_bytes_received };
        *sum = sum.saturating_add(bytes);
    }

    pub(super) fn keep<A: Archive>(
        &mut self,
        archive: &mut A,
        piece: &Piece,
    ) -> Result<(), SessionFault<A::Error>> {
        let seen = self.exchanged(archive).seen_by(self.own_unit);
        // What nobody asked for, or what is not what its name says.
        if !archive.keep(&seen, piece).map_err(SessionFault::Archive)? {
            return Err(SessionFault::Protocol);
        }
        self.count_piece(piece, false);
        Ok(())
    }

    /// Both have sent what they had. As long as something moves they begin anew, with the records:
    /// what is written meanwhile waits for no photograph, and in the end each has heard from the
    /// other what it still lacks. Both sides count the same.
    pub(super) fn go_on(&mut self) {
        let is_through = self.waiting == Waiting::Over && self.serving.is_none();
        if !is_through || self.pieces.moved == 0 || self.pieces.rounds >= PIECE_ROUNDS_MAX {
            return;
        }
        self.round = 0;
        self.before = None;
        self.progress.is_equal = false;
        self.waiting = match self.side {
            Side::Caller => Waiting::Begin,
            Side::Answerer => Waiting::Hello,
        };
    }
}
