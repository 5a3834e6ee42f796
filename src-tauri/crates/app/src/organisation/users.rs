//! Who else works on a computer that is there already: what the computer asks of the township, in
//! its own log, and what the township answers where its key is at hand.

use domain::audit::{Act, Deed};
use domain::id::DeviceId;
use trust::invitation::{EnrolmentRequest, Invitation};
use trust::key::PublicKey;
use trust::roster::Roster;
use trust::statement::{Statement, UserCertificate, UserRequest, to_bytes};

use super::{invitation_fault, tell_second};
use crate::alarms;
use crate::fault::{Fault, InvitationTrouble};
use crate::identity::LocalUser;
use crate::journal::Pen;
use crate::office::Office;
use crate::projector;

/// Answers an invitation for one more person on a computer that is there already: gives the user
/// and what the computer asks of the township for them.
pub(crate) fn ask_for_user(
    office: &Office,
    (file, code): (&[u8], &str),
    name: &str,
    user_key: [u8; 32],
) -> Result<(LocalUser, Statement), Fault> {
    let opened =
        Invitation::open(file, code, office.now_ms()).map_err(|error| invitation_fault(&error))?;
    let trouble = |reason| Fault::Invitation { reason };
    let certificate =
        opened.certificate().ok_or_else(|| trouble(InvitationTrouble::NotCertified))?;
    let identity = &office.identity;
    if opened.root != identity.root().0
        || certificate.unit != identity.record.unit
        || certificate.replaces.is_some()
    {
        return Err(trouble(InvitationTrouble::Elsewhere));
    }
    let users = office.users();
    let is_answered = |local: &LocalUser| {
        local.enrolment().and_then(|held| held.invitation()) == Some(opened.invitation)
    };
    let rosters = [
        office.roster().claimed(opened.invitation).is_some(),
        opened.roster().claimed(opened.invitation).is_some(),
    ];
    if rosters.contains(&true) || users.iter().any(is_answered) {
        return Err(trouble(InvitationTrouble::Used));
    }
    let role = certificate.role().ok_or_else(|| trouble(InvitationTrouble::Newer))?;
    let user = office.new_user();
    let enrolment = opened.enrol(&EnrolmentRequest {
        invitation: opened.invitation,
        key: identity.secret.public().0,
        recipient: identity.packet.recipient(),
        device_name: office.me().device_name,
        user,
        user_key,
        user_name: name.to_owned(),
    });
    let local =
        LocalUser { user, name: name.to_owned(), role, enrolment: Some(to_bytes(&enrolment)) };
    let request = UserRequest { user, key: user_key, serial: 1, enrolment: Some(enrolment) };
    Ok((local, Statement::Request(request)))
}

/// What the township says to what a computer asks for somebody who works on it, if anything.
fn answer_user(
    office: &Office,
    roster: &Roster,
    device: DeviceId,
    request: &UserRequest,
) -> Option<UserCertificate> {
    let certificate = roster.device(device)?;
    if roster.revoked(device).is_some() || roster.removed(request.user).is_some() {
        return None;
    }
    if let Some(held) = roster.user(request.user) {
        // The computer vouches for its users; where somebody works on others, too, it does not
        // speak for those.
        let is_next = held.key != request.key && request.serial == held.serial.saturating_add(1);
        let is_here_alone = held.devices == [device];
        let renewed = UserCertificate { key: request.key, serial: request.serial, ..held.clone() };
        return (is_next && is_here_alone).then_some(renewed);
    }
    let enrolment = request.enrolment.as_ref()?;
    let (asked, invited) = enrolment.verify(roster).ok()?;
    let is_of_device = PublicKey(asked.key).device() == device
        && (asked.user, asked.user_key) == (request.user, request.key)
        && invited.unit == certificate.unit
        && invited.replaces.is_none();
    if !is_of_device
        || invited.expires_ms < office.now_ms()
        || alarms::is_shut(office, asked.invitation)
    {
        return None;
    }
    if roster.claimed(asked.invitation).is_some() {
        if let Err(error) = tell_second(office, roster, enrolment) {
            tracing::error!(%error, "a second claimant could not be written down");
        }
        return None;
    }
    Some(UserCertificate {
        user: asked.user,
        key: asked.user_key,
        unit: certificate.unit,
        role: invited.role,
        name: asked.user_name,
        devices: vec![device],
        serial: 1,
        invitation: Some(asked.invitation.0.into()),
    })
}

/// Answers what computers ask for those who work on them, where the township's key is at hand: one
/// more user with an invitation, or a new key for one who has a new passphrase.
pub(crate) fn answer_requests(office: &Office) -> Result<(), Fault> {
    if office.identity.operational.is_none() {
        return Ok(());
    }
    loop {
        // One at a time: the answer to one may use up what another rests on.
        let roster = office.roster();
        let Some(common) = roster.common() else { return Ok(()) };
        let mut asked = roster.requests();
        let answered =
            asked.find_map(|(device, request)| answer_user(office, &roster, device, request));
        let Some(certificate) = answered else { return Ok(()) };
        let user = certificate.user;
        let is_new = roster.user(user).is_none();
        office.store.write(|tx| -> Result<(), Fault> {
            let mut pen = Pen::new(office, tx);
            pen.say(common, &[Statement::User(certificate)])?;
            if is_new {
                pen.note(Deed::new(Act::UserAdded).user(user))?;
            }
            // Somebody now vouches for what nobody could vouch for before.
            Ok(tx.doubt_refused()?)
        })?;
        projector::catch_up_all(office, |_| true)?;
    }
}
