// Written by `cargo xtask codegen` from the table of commands. Do not edit.
import type { AccountAdd } from "./AccountAdd";
import type { AccountJoin } from "./AccountJoin";
import type { AlarmNote } from "./AlarmNote";
import type { Alarms } from "./Alarms";
import type { ArchiveExport } from "./ArchiveExport";
import type { ArchiveWritten } from "./ArchiveWritten";
import type { AttachmentAsk } from "./AttachmentAsk";
import type { AttachmentBegin } from "./AttachmentBegin";
import type { AttachmentBegun } from "./AttachmentBegun";
import type { AttachmentBytes } from "./AttachmentBytes";
import type { AttachmentDrop } from "./AttachmentDrop";
import type { AttachmentFinish } from "./AttachmentFinish";
import type { AttachmentPiece } from "./AttachmentPiece";
import type { AttachmentRead } from "./AttachmentRead";
import type { AttachmentSave } from "./AttachmentSave";
import type { AuditList } from "./AuditList";
import type { AuditWindow } from "./AuditWindow";
import type { BackupDrill } from "./BackupDrill";
import type { BackupFind } from "./BackupFind";
import type { BackupPlaceSet } from "./BackupPlaceSet";
import type { BackupRestore } from "./BackupRestore";
import type { Backups } from "./Backups";
import type { BreakGlass } from "./BreakGlass";
import type { CallCancel } from "./CallCancel";
import type { CallCancelled } from "./CallCancelled";
import type { CaseEnter } from "./CaseEnter";
import type { CaseGet } from "./CaseGet";
import type { CaseHistory } from "./CaseHistory";
import type { CaseLeave } from "./CaseLeave";
import type { CaseList } from "./CaseList";
import type { CaseRedact } from "./CaseRedact";
import type { CaseRegister } from "./CaseRegister";
import type { CaseSearch } from "./CaseSearch";
import type { CaseShare } from "./CaseShare";
import type { CaseView } from "./CaseView";
import type { CaseWindow } from "./CaseWindow";
import type { CatalogueView } from "./CatalogueView";
import type { ConflictList } from "./ConflictList";
import type { ConflictSettle } from "./ConflictSettle";
import type { ConflictWindow } from "./ConflictWindow";
import type { CountedWindow } from "./CountedWindow";
import type { CountersView } from "./CountersView";
import type { Courier } from "./Courier";
import type { CourierMoved } from "./CourierMoved";
import type { CourierStick } from "./CourierStick";
import type { DemoStart } from "./DemoStart";
import type { DeviceAdopt } from "./DeviceAdopt";
import type { DeviceRename } from "./DeviceRename";
import type { DeviceRevoke } from "./DeviceRevoke";
import type { Devices } from "./Devices";
import type { Dossier } from "./Dossier";
import type { DossierGet } from "./DossierGet";
import type { DossierSave } from "./DossierSave";
import type { DraftSet } from "./DraftSet";
import type { Drafts } from "./Drafts";
import type { Drilled } from "./Drilled";
import type { DuplicateDecide } from "./DuplicateDecide";
import type { DuplicateGroupView } from "./DuplicateGroupView";
import type { DuplicateList } from "./DuplicateList";
import type { DuplicateUndo } from "./DuplicateUndo";
import type { DuplicateWindow } from "./DuplicateWindow";
import type { ErasureAgree } from "./ErasureAgree";
import type { ErasurePreview } from "./ErasurePreview";
import type { ErasurePreviewGet } from "./ErasurePreviewGet";
import type { Erasures } from "./Erasures";
import type { ExchangeHistory } from "./ExchangeHistory";
import type { ExchangeWindow } from "./ExchangeWindow";
import type { FactAdd } from "./FactAdd";
import type { FieldSet } from "./FieldSet";
import type { FilePick } from "./FilePick";
import type { FilePicked } from "./FilePicked";
import type { FileSaved } from "./FileSaved";
import type { FormList } from "./FormList";
import type { FormNamed } from "./FormNamed";
import type { FormPrint } from "./FormPrint";
import type { FormReplace } from "./FormReplace";
import type { FormRestore } from "./FormRestore";
import type { FormSave } from "./FormSave";
import type { FormSheet } from "./FormSheet";
import type { FormShow } from "./FormShow";
import type { FormTable } from "./FormTable";
import type { Forms } from "./Forms";
import type { FoundBackups } from "./FoundBackups";
import type { HandoverGet } from "./HandoverGet";
import type { HandoverMake } from "./HandoverMake";
import type { HandoverSave } from "./HandoverSave";
import type { HandoverUndo } from "./HandoverUndo";
import type { HandoverView } from "./HandoverView";
import type { HistoryWindow } from "./HistoryWindow";
import type { ImportUndo } from "./ImportUndo";
import type { Imports } from "./Imports";
import type { InvitationAccept } from "./InvitationAccept";
import type { InvitationAccepted } from "./InvitationAccepted";
import type { InvitationCreate } from "./InvitationCreate";
import type { InvitationCreated } from "./InvitationCreated";
import type { KeyTakeOver } from "./KeyTakeOver";
import type { KeyringRemember } from "./KeyringRemember";
import type { LanAutomaticSet } from "./LanAutomaticSet";
import type { LanDiagnosis } from "./LanDiagnosis";
import type { LanExchange } from "./LanExchange";
import type { LanExchanged } from "./LanExchanged";
import type { LanListen } from "./LanListen";
import type { LanPeers } from "./LanPeers";
import type { LanState } from "./LanState";
import type { ListExport } from "./ListExport";
import type { LocalItemChange } from "./LocalItemChange";
import type { LocalItemOffer } from "./LocalItemOffer";
import type { LocalItems } from "./LocalItems";
import type { Nothing } from "./Nothing";
import type { NumberAssign } from "./NumberAssign";
import type { NumberingGet } from "./NumberingGet";
import type { NumberingSet } from "./NumberingSet";
import type { NumberingView } from "./NumberingView";
import type { OrgCreate } from "./OrgCreate";
import type { OrgCreated } from "./OrgCreated";
import type { PackageExport } from "./PackageExport";
import type { PacketExport } from "./PacketExport";
import type { PacketExported } from "./PacketExported";
import type { PacketFrom } from "./PacketFrom";
import type { PacketImported } from "./PacketImported";
import type { PacketView } from "./PacketView";
import type { PassphraseChange } from "./PassphraseChange";
import type { PassphraseRecover } from "./PassphraseRecover";
import type { PassphraseReset } from "./PassphraseReset";
import type { PeriodFreeze } from "./PeriodFreeze";
import type { PeriodView } from "./PeriodView";
import type { PersonAdd } from "./PersonAdd";
import type { PersonGet } from "./PersonGet";
import type { PersonLinkSet } from "./PersonLinkSet";
import type { PersonList } from "./PersonList";
import type { PersonView } from "./PersonView";
import type { PersonWindow } from "./PersonWindow";
import type { Preferences } from "./Preferences";
import type { PrintNote } from "./PrintNote";
import type { ProfileUnlock } from "./ProfileUnlock";
import type { QuarantineDecide } from "./QuarantineDecide";
import type { QuarantineList } from "./QuarantineList";
import type { QuarantineWindow } from "./QuarantineWindow";
import type { ReceiptsSave } from "./ReceiptsSave";
import type { RecordErase } from "./RecordErase";
import type { RecordExportAutomerge } from "./RecordExportAutomerge";
import type { RecoveryRenew } from "./RecoveryRenew";
import type { RecoverySheet } from "./RecoverySheet";
import type { RedactionPreview } from "./RedactionPreview";
import type { RedactionPreviewGet } from "./RedactionPreviewGet";
import type { RightsView } from "./RightsView";
import type { SavedView } from "./SavedView";
import type { SavedViewName } from "./SavedViewName";
import type { SavedViews } from "./SavedViews";
import type { SettingsChange } from "./SettingsChange";
import type { SettingsGet } from "./SettingsGet";
import type { SettingsView } from "./SettingsView";
import type { SimilarCases } from "./SimilarCases";
import type { StatisticsCasesGet } from "./StatisticsCasesGet";
import type { StatisticsExport } from "./StatisticsExport";
import type { StatisticsGet } from "./StatisticsGet";
import type { StatisticsTableGet } from "./StatisticsTableGet";
import type { StatisticsTableView } from "./StatisticsTableView";
import type { StatisticsView } from "./StatisticsView";
import type { StatusView } from "./StatusView";
import type { Sticks } from "./Sticks";
import type { TableImport } from "./TableImport";
import type { TableImported } from "./TableImported";
import type { TableRead } from "./TableRead";
import type { TableRestExport } from "./TableRestExport";
import type { TableView } from "./TableView";
import type { TextEdit } from "./TextEdit";
import type { UnitMerge } from "./UnitMerge";
import type { UnitRename } from "./UnitRename";
import type { UnitWithdraw } from "./UnitWithdraw";
import type { Units } from "./Units";
import type { UserRemove } from "./UserRemove";
import type { Users } from "./Users";
import type { WorkbenchView } from "./WorkbenchView";
import type { ZeroReportMake } from "./ZeroReportMake";
import type { Topic } from "./Topic";

export interface Commands {
  status_get: { payload: Nothing; result: StatusView };
  catalogue_get: { payload: Nothing; result: CatalogueView };
  org_create: { payload: OrgCreate; result: OrgCreated };
  invitation_accept: { payload: InvitationAccept; result: InvitationAccepted };
  profile_unlock: { payload: ProfileUnlock; result: StatusView };
  keyring_unlock: { payload: Nothing; result: StatusView };
  passphrase_recover: { payload: PassphraseRecover; result: StatusView };
  profile_lock: { payload: Nothing; result: StatusView };
  desk_leave: { payload: Nothing; result: StatusView };
  desk_touch: { payload: Nothing; result: Nothing };
  demo_start: { payload: DemoStart; result: StatusView };
  demo_leave: { payload: Nothing; result: StatusView };
  preferences_set: { payload: Preferences; result: Preferences };
  call_cancel: { payload: CallCancel; result: CallCancelled };
  file_pick: { payload: FilePick; result: FilePicked };
  stick_list: { payload: Nothing; result: Sticks };
  passphrase_change: { payload: PassphraseChange; result: Nothing };
  keyring_remember: { payload: KeyringRemember; result: Nothing };
  keyring_forget: { payload: Nothing; result: Nothing };
  passphrase_reset: { payload: PassphraseReset; result: Nothing };
  recovery_renew: { payload: RecoveryRenew; result: RecoverySheet };
  account_add: { payload: AccountAdd; result: Nothing };
  account_join: { payload: AccountJoin; result: Nothing };
  draft_list: { payload: Nothing; result: Drafts };
  draft_set: { payload: DraftSet; result: Nothing };
  backup_find: { payload: BackupFind; result: FoundBackups };
  backup_restore: { payload: BackupRestore; result: StatusView };
  backup_list: { payload: Nothing; result: Backups };
  backup_make: { payload: Nothing; result: Backups };
  backup_drill: { payload: BackupDrill; result: Drilled };
  backup_place_set: { payload: BackupPlaceSet; result: Backups };
  workbench_get: { payload: Nothing; result: WorkbenchView };
  statistics_get: { payload: StatisticsGet; result: StatisticsView };
  statistics_table: { payload: StatisticsTableGet; result: StatisticsTableView };
  statistics_cases: { payload: StatisticsCasesGet; result: CountedWindow };
  statistics_counters: { payload: Nothing; result: CountersView };
  period_freeze: { payload: PeriodFreeze; result: PeriodView };
  zero_report: { payload: ZeroReportMake; result: PeriodView };
  settings_get: { payload: SettingsGet; result: SettingsView };
  settings_set: { payload: SettingsChange; result: SettingsView };
  local_item_list: { payload: Nothing; result: LocalItems };
  local_item_set: { payload: LocalItemChange; result: LocalItems };
  local_item_offer: { payload: LocalItemOffer; result: LocalItems };
  rights_get: { payload: Nothing; result: RightsView };
  break_glass: { payload: BreakGlass; result: CaseView };
  audit_list: { payload: AuditList; result: AuditWindow };
  list_export: { payload: ListExport; result: FileSaved };
  statistics_export: { payload: StatisticsExport; result: FileSaved };
  table_read: { payload: TableRead; result: TableView };
  table_import: { payload: TableImport; result: TableImported };
  table_rest: { payload: TableRestExport; result: FileSaved };
  import_list: { payload: Nothing; result: Imports };
  import_undo: { payload: ImportUndo; result: Imports };
  handover_get: { payload: HandoverGet; result: HandoverView };
  handover_make: { payload: HandoverMake; result: HandoverView };
  handover_undo: { payload: HandoverUndo; result: HandoverView };
  handover_save: { payload: HandoverSave; result: FileSaved };
  print_note: { payload: PrintNote; result: Nothing };
  unit_list: { payload: Nothing; result: Units };
  unit_rename: { payload: UnitRename; result: Units };
  unit_merge: { payload: UnitMerge; result: Units };
  unit_withdraw: { payload: UnitWithdraw; result: Units };
  user_list: { payload: Nothing; result: Users };
  user_remove: { payload: UserRemove; result: Users };
  device_list: { payload: Nothing; result: Devices };
  device_revoke: { payload: DeviceRevoke; result: Devices };
  device_adopt: { payload: DeviceAdopt; result: Devices };
  key_take_over: { payload: KeyTakeOver; result: StatusView };
  device_rename: { payload: DeviceRename; result: Devices };
  alarm_list: { payload: Nothing; result: Alarms };
  alarm_note: { payload: AlarmNote; result: Alarms };
  quarantine_list: { payload: QuarantineList; result: QuarantineWindow };
  quarantine_decide: { payload: QuarantineDecide; result: QuarantineWindow };
  invitation_create: { payload: InvitationCreate; result: InvitationCreated };
  case_register: { payload: CaseRegister; result: CaseView };
  case_enter: { payload: CaseEnter; result: CaseView };
  case_share: { payload: CaseShare; result: CaseView };
  case_leave: { payload: CaseLeave; result: CaseView };
  case_get: { payload: CaseGet; result: CaseView };
  case_list: { payload: CaseList; result: CaseWindow };
  case_search: { payload: CaseSearch; result: CaseWindow };
  case_similar: { payload: CaseGet; result: SimilarCases };
  view_list: { payload: Nothing; result: SavedViews };
  view_save: { payload: SavedView; result: SavedViews };
  view_drop: { payload: SavedViewName; result: SavedViews };
  case_history: { payload: CaseHistory; result: HistoryWindow };
  fact_add: { payload: FactAdd; result: CaseView };
  attachment_begin: { payload: AttachmentBegin; result: AttachmentBegun };
  attachment_piece: { payload: AttachmentPiece; result: Nothing };
  attachment_drop: { payload: AttachmentDrop; result: Nothing };
  attachment_finish: { payload: AttachmentFinish; result: CaseView };
  attachment_read: { payload: AttachmentRead; result: AttachmentBytes };
  attachment_ask: { payload: AttachmentAsk; result: CaseView };
  attachment_save: { payload: AttachmentSave; result: FileSaved };
  form_list: { payload: FormList; result: Forms };
  form_show: { payload: FormShow; result: FormSheet };
  form_save: { payload: FormSave; result: FileSaved };
  dossier_get: { payload: DossierGet; result: Dossier };
  dossier_save: { payload: DossierSave; result: FileSaved };
  receipts_save: { payload: ReceiptsSave; result: FileSaved };
  archive_export: { payload: ArchiveExport; result: ArchiveWritten };
  package_export: { payload: PackageExport; result: ArchiveWritten };
  form_table: { payload: Nothing; result: FormTable };
  form_sample: { payload: FormNamed; result: FormSheet };
  form_replace: { payload: FormReplace; result: FormTable };
  form_restore: { payload: FormRestore; result: FormTable };
  form_print: { payload: FormPrint; result: Nothing };
  field_set: { payload: FieldSet; result: Nothing };
  text_edit: { payload: TextEdit; result: Nothing };
  conflict_list: { payload: ConflictList; result: ConflictWindow };
  conflict_settle: { payload: ConflictSettle; result: Nothing };
  duplicate_list: { payload: DuplicateList; result: DuplicateWindow };
  duplicate_decide: { payload: DuplicateDecide; result: DuplicateGroupView };
  duplicate_undo: { payload: DuplicateUndo; result: DuplicateGroupView };
  number_assign: { payload: NumberAssign; result: CaseView };
  numbering_get: { payload: NumberingGet; result: NumberingView };
  numbering_set: { payload: NumberingSet; result: NumberingView };
  erasure_preview: { payload: ErasurePreviewGet; result: ErasurePreview };
  erasure_list: { payload: Nothing; result: Erasures };
  record_erase: { payload: RecordErase; result: Erasures };
  erasure_agree: { payload: ErasureAgree; result: Erasures };
  redaction_preview: { payload: RedactionPreviewGet; result: RedactionPreview };
  case_redact: { payload: CaseRedact; result: Erasures };
  person_link: { payload: PersonLinkSet; result: PersonView };
  person_unlink: { payload: PersonLinkSet; result: PersonView };
  person_add: { payload: PersonAdd; result: PersonView };
  person_get: { payload: PersonGet; result: PersonView };
  person_list: { payload: PersonList; result: PersonWindow };
  packet_export: { payload: PacketExport; result: PacketExported };
  packet_preview: { payload: PacketFrom; result: PacketView };
  packet_import: { payload: PacketFrom; result: PacketImported };
  courier_list: { payload: Nothing; result: Courier };
  courier_take: { payload: CourierStick; result: CourierMoved };
  courier_put: { payload: CourierStick; result: CourierMoved };
  courier_drop: { payload: Nothing; result: Courier };
  lan_listen: { payload: LanListen; result: LanState };
  lan_automatic_set: { payload: LanAutomaticSet; result: LanState };
  lan_peers: { payload: Nothing; result: LanPeers };
  lan_diagnose: { payload: Nothing; result: LanDiagnosis };
  lan_exchange: { payload: LanExchange; result: LanExchanged };
  exchange_history: { payload: ExchangeHistory; result: ExchangeWindow };
  record_export_automerge: { payload: RecordExportAutomerge; result: FileSaved };
}

/** What each command reads: its answer is stale when one of these changes. */
export const READS: Record<keyof Commands, readonly Topic[]> = {
  status_get: ["profile", "cases", "conflicts", "roster", "exchanges", "neighbours", "quarantine"],
  catalogue_get: ["profile", "roster"],
  org_create: [],
  invitation_accept: [],
  profile_unlock: [],
  keyring_unlock: [],
  passphrase_recover: [],
  profile_lock: [],
  desk_leave: [],
  desk_touch: [],
  demo_start: [],
  demo_leave: [],
  preferences_set: [],
  call_cancel: [],
  file_pick: [],
  stick_list: ["neighbours"],
  passphrase_change: [],
  keyring_remember: [],
  keyring_forget: [],
  passphrase_reset: [],
  recovery_renew: [],
  account_add: [],
  account_join: [],
  draft_list: [],
  draft_set: [],
  backup_find: ["backups"],
  backup_restore: [],
  backup_list: ["backups"],
  backup_make: [],
  backup_drill: [],
  backup_place_set: [],
  workbench_get: ["audit", "backups", "cases", "conflicts"],
  statistics_get: ["cases"],
  statistics_table: ["cases", "roster", "exchanges"],
  statistics_cases: ["cases", "roster"],
  statistics_counters: [],
  period_freeze: [],
  zero_report: [],
  settings_get: ["roster", "conflicts"],
  settings_set: [],
  local_item_list: ["roster"],
  local_item_set: [],
  local_item_offer: [],
  rights_get: ["profile", "roster"],
  break_glass: [],
  audit_list: ["audit", "roster"],
  list_export: [],
  statistics_export: [],
  table_read: [],
  table_import: [],
  table_rest: [],
  import_list: ["cases"],
  import_undo: [],
  handover_get: ["cases", "roster"],
  handover_make: [],
  handover_undo: [],
  handover_save: [],
  print_note: [],
  unit_list: ["roster"],
  unit_rename: [],
  unit_merge: [],
  unit_withdraw: [],
  user_list: ["roster"],
  user_remove: [],
  device_list: ["roster", "exchanges"],
  device_revoke: [],
  device_adopt: [],
  key_take_over: [],
  device_rename: [],
  alarm_list: ["roster", "exchanges", "cases"],
  alarm_note: [],
  quarantine_list: ["quarantine", "cases", "roster", "exchanges"],
  quarantine_decide: [],
  invitation_create: [],
  case_register: [],
  case_enter: [],
  case_share: [],
  case_leave: [],
  case_get: ["cases", "conflicts", "roster"],
  case_list: ["cases", "roster"],
  case_search: ["cases", "roster"],
  case_similar: ["cases", "roster"],
  view_list: ["views"],
  view_save: [],
  view_drop: [],
  case_history: ["cases", "roster"],
  fact_add: [],
  attachment_begin: [],
  attachment_piece: [],
  attachment_drop: [],
  attachment_finish: [],
  attachment_read: ["cases"],
  attachment_ask: [],
  attachment_save: [],
  form_list: ["cases", "roster"],
  form_show: ["cases", "roster"],
  form_save: [],
  dossier_get: ["cases", "roster"],
  dossier_save: [],
  receipts_save: [],
  archive_export: [],
  package_export: [],
  form_table: ["profile"],
  form_sample: ["profile"],
  form_replace: [],
  form_restore: [],
  form_print: [],
  field_set: [],
  text_edit: [],
  conflict_list: ["conflicts", "cases"],
  conflict_settle: [],
  duplicate_list: ["cases", "conflicts", "roster"],
  duplicate_decide: [],
  duplicate_undo: [],
  number_assign: [],
  numbering_get: ["cases", "roster"],
  numbering_set: [],
  erasure_preview: ["cases", "persons", "roster"],
  erasure_list: ["roster", "exchanges", "cases", "audit"],
  record_erase: [],
  erasure_agree: [],
  redaction_preview: ["cases", "persons", "roster", "quarantine"],
  case_redact: [],
  person_link: [],
  person_unlink: [],
  person_add: [],
  person_get: ["persons", "cases", "conflicts"],
  person_list: ["persons"],
  packet_export: [],
  packet_preview: [],
  packet_import: [],
  courier_list: ["exchanges"],
  courier_take: [],
  courier_put: [],
  courier_drop: [],
  lan_listen: [],
  lan_automatic_set: [],
  lan_peers: ["neighbours", "roster"],
  lan_diagnose: [],
  lan_exchange: [],
  exchange_history: ["exchanges", "roster"],
  record_export_automerge: [],
};
