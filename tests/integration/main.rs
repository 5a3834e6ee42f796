//! Whole desks against what can go wrong between them and around them.

mod commands;
mod crash;
mod histories;
mod invitations;
mod lan;
mod packets;
mod paired;
mod profile;
mod rebuild;
mod serve;
mod strangers;
mod workbench;
