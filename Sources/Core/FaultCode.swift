/// What went wrong, as scripts know it: the raw value is stored in events and printed in JSON, so none is ever renamed.
///
/// `docs/errors.md` has the messages that belong to each.
public enum FaultCode: String, Hashable, Sendable, CaseIterable {
  case badReply = "bad_reply"
  case colourInvalid = "colour_invalid"
  case crashLoop = "crash_loop"
  case idfRefused = "idf_refused"
  case imageDamaged = "image_damaged"
  case imageEmpty = "image_empty"
  case imageLost = "image_lost"
  case imageNotPNG = "image_not_png"
  case imageTooLarge = "image_too_large"
  case imageTrailingData = "image_trailing_data"
  case imageTruncated = "image_truncated"
  case measureInvalid = "measure_invalid"
  case notRepairable = "not_repairable"
  case rejected
  case assetUnknown = "asset_unknown"
  case batchAmbiguous = "batch_ambiguous"
  case batchCancelled = "batch_cancelled"
  case batchUnknown = "batch_unknown"
  case binaryOnTerminal = "binary_on_terminal"
  case everyAssetLeftOut = "every_asset_left_out"
  case fileUnknown = "file_unknown"
  case folderMissing = "folder_missing"
  case noLedger = "no_ledger"
  case notLanded = "not_landed"
  case notPackaged = "not_packaged"
  case nothingToRetry = "nothing_to_retry"
  case nothingToRevert = "nothing_to_revert"
  case runUnknown = "run_unknown"
  case tooLate = "too_late"
  case usage
  case batchCommitted = "batch_committed"
  case batchNameTaken = "batch_name_taken"
  case draftImage = "draft_image"
  case draftImageTwice = "draft_image_twice"
  case imageOutside = "image_outside"
  case imageOverLimit = "image_over_limit"
  case manifestAssetCount = "manifest_asset_count"
  case manifestCategory = "manifest_category"
  case manifestDuplicateMember = "manifest_duplicate_member"
  case manifestEncoding = "manifest_encoding"
  case manifestID = "manifest_id"
  case manifestIDF = "manifest_idf"
  case manifestKind = "manifest_kind"
  case manifestMissingMember = "manifest_missing_member"
  case manifestMore = "manifest_more"
  case manifestNumber = "manifest_number"
  case manifestOtherImage = "manifest_other_image"
  case manifestPath = "manifest_path"
  case manifestRepeatedID = "manifest_repeated_id"
  case manifestScore = "manifest_score"
  case manifestSyntax = "manifest_syntax"
  case manifestTooDeep = "manifest_too_deep"
  case manifestTooLarge = "manifest_too_large"
  case manifestUnknownMember = "manifest_unknown_member"
  case manifestValue = "manifest_value"
  case inputMissing = "input_missing"
  case inputNotAFile = "input_not_a_file"
  case inputTooLarge = "input_too_large"
  case inputUnreadable = "input_unreadable"
  case manifestMissing = "manifest_missing"
  case noImages = "no_images"
  case extractorTimeout = "extractor_timeout"
  case extractorUnavailable = "extractor_unavailable"
  case programInputClosed = "program_input_closed"
  case programNotStarted = "program_not_started"
  case programTimedOut = "program_timed_out"
  case bug
  case gitUnreadable = "git_unreadable"
  case assetTaken = "asset_taken"
  case badCommitMessage = "bad_commit_message"
  case branchElsewhere = "branch_elsewhere"
  case branchInTheWay = "branch_in_the_way"
  case branchVanished = "branch_vanished"
  case changedSince = "changed_since"
  case folderNotEmpty = "folder_not_empty"
  case foreignPathInCommit = "foreign_path_in_commit"
  case hookChangedTarget = "hook_changed_target"
  case hookRefused = "hook_refused"
  case targetChanged = "target_changed"
  case targetIgnored = "target_ignored"
  case targetInTheWay = "target_in_the_way"
  case targetKeptAside = "target_kept_aside"
  case targetNotOurs = "target_not_ours"
  case targetObstacle = "target_obstacle"
  case targetRefused = "target_refused"
  case targetStaged = "target_staged"
  case targetUnwritable = "target_unwritable"
  case targetsClash = "targets_clash"
  case branchUnreadable = "branch_unreadable"
  case commitIncomplete = "commit_incomplete"
  case diskError = "disk_error"
  case eventUnreadable = "event_unreadable"
  case gitFailed = "git_failed"
  case gitFileUnwritable = "git_file_unwritable"
  case gitFolderUnsynced = "git_folder_unsynced"
  case imageUnreadable = "image_unreadable"
  case indexUnlockable = "index_unlockable"
  case intentUnreadable = "intent_unreadable"
  case ledgerDamaged = "ledger_damaged"
  case ledgerDiskFull = "ledger_disk_full"
  case ledgerFailed = "ledger_failed"
  case ledgerFolderMissing = "ledger_folder_missing"
  case ledgerTailLost = "ledger_tail_lost"
  case ledgerUnknown = "ledger_unknown"
  case objectDamaged = "object_damaged"
  case objectMissing = "object_missing"
  case objectUnreadable = "object_unreadable"
  case oldBytesLost = "old_bytes_lost"
  case outputFailed = "output_failed"
  case programPipeFailed = "program_pipe_failed"
  case tooManyFiles = "too_many_files"
  case batchHeld = "batch_held"
  case branchMoving = "branch_moving"
  case commitLockHeld = "commit_lock_held"
  case dailyQuota = "daily_quota"
  case diskFull = "disk_full"
  case gitCutShort = "git_cut_short"
  case gitDiskFull = "git_disk_full"
  case gitLocked = "git_locked"
  case gitObjectsCollected = "git_objects_collected"
  case gitPipeBroken = "git_pipe_broken"
  case grantLapsed = "grant_lapsed"
  case hookKilled = "hook_killed"
  case imageNoMemory = "image_no_memory"
  case indexLockLost = "index_lock_lost"
  case ledgerBusy = "ledger_busy"
  case limited
  case nobodyWorks = "nobody_works"
  case outOfProcesses = "out_of_processes"
  case outputDamaged = "output_damaged"
  case overtaken
  case ownLimit = "own_limit"
  case programKilled = "program_killed"
  case pruneHeld = "prune_held"
  case surroundings
  case waitsTooLong = "waits_too_long"
  case extractorProtocol = "extractor_protocol"
  case outputTooLong = "output_too_long"
  case badIdentity = "bad_identity"
  case bareRepository = "bare_repository"
  case branchName = "branch_name"
  case branchOfATool = "branch_of_a_tool"
  case commitSubjectInvalid = "commit_subject_invalid"
  case configurationSecret = "configuration_secret"
  case configurationSyntax = "configuration_syntax"
  case configurationUnknown = "configuration_unknown"
  case configurationUnreadable = "configuration_unreadable"
  case configurationValue = "configuration_value"
  case extractorArgumentDoesNotFit = "extractor_argument_does_not_fit"
  case extractorArgumentsNoObject = "extractor_arguments_no_object"
  case foreignOwner = "foreign_owner"
  case foreignRepository = "foreign_repository"
  case gitMissing = "git_missing"
  case gitNotWritable = "git_not_writable"
  case gitOperation = "git_operation"
  case headDetached = "head_detached"
  case indexUnreadable = "index_unreadable"
  case layoutPathInvalid = "layout_path_invalid"
  case ledgerEntryRefused = "ledger_entry_refused"
  case ledgerNewer = "ledger_newer"
  case ledgerNotFound = "ledger_not_found"
  case ledgerNotPermitted = "ledger_not_permitted"
  case ledgerOfAnotherProject = "ledger_of_another_project"
  case ledgerPlace = "ledger_place"
  case ledgerTracked = "ledger_tracked"
  case linkRefused = "link_refused"
  case migrationEdited = "migration_edited"
  case noIdentity = "no_identity"
  case noRepository = "no_repository"
  case noWorkingTree = "no_working_tree"
  case notPermitted = "not_permitted"
  case pathUnusable = "path_unusable"
  case placeholderInvalid = "placeholder_invalid"
  case placeholderUnknown = "placeholder_unknown"
  case programNotFound = "program_not_found"
  case programNotNamed = "program_not_named"
  case repositoryRefused = "repository_refused"
  case signingFailed = "signing_failed"
  case signingUnavailable = "signing_unavailable"
  case targetAttribute = "target_attribute"
  case templateInvalid = "template_invalid"
  case templateNameUnfit = "template_name_unfit"
  case templatesMissing = "templates_missing"
  case templatesOutside = "templates_outside"
  case templatesTooMany = "templates_too_many"
  case unreadableIdentity = "unreadable_identity"
  case writableByOthers = "writable_by_others"
  case imageReadingCancelled = "image_reading_cancelled"
  case interrupted
  case programCancelled = "program_cancelled"

  /// The exit status of a command that ends with it; a few codes have another one where the fault says so.
  public var exit: ExitStatus {
    switch self {
    case .badReply, .colourInvalid, .crashLoop, .idfRefused, .imageDamaged, .imageEmpty, .imageLost,
      .imageNotPNG, .imageTooLarge, .imageTrailingData, .imageTruncated, .measureInvalid, .notRepairable,
      .rejected:
      .someFailed
    case .assetUnknown, .batchAmbiguous, .batchCancelled, .batchUnknown, .binaryOnTerminal,
      .everyAssetLeftOut, .fileUnknown, .folderMissing, .noLedger, .notLanded, .notPackaged,
      .nothingToRetry, .nothingToRevert, .runUnknown, .tooLate, .usage:
      .usage
    case .batchCommitted, .batchNameTaken, .draftImage, .draftImageTwice, .imageOutside, .imageOverLimit,
      .manifestAssetCount, .manifestCategory, .manifestDuplicateMember, .manifestEncoding, .manifestID,
      .manifestIDF, .manifestKind, .manifestMissingMember, .manifestMore, .manifestNumber,
      .manifestOtherImage, .manifestPath, .manifestRepeatedID, .manifestScore, .manifestSyntax,
      .manifestTooDeep, .manifestTooLarge, .manifestUnknownMember, .manifestValue:
      .manifestRefused
    case .inputMissing, .inputNotAFile, .inputTooLarge, .inputUnreadable, .manifestMissing, .noImages:
      .inputMissing
    case .extractorTimeout, .extractorUnavailable, .programInputClosed, .programNotStarted,
      .programTimedOut:
      .extractorUnavailable
    case .bug, .gitUnreadable:
      .bug
    case .assetTaken, .badCommitMessage, .branchElsewhere, .branchInTheWay, .branchVanished, .changedSince,
      .folderNotEmpty, .foreignPathInCommit, .hookChangedTarget, .hookRefused, .targetChanged,
      .targetIgnored, .targetInTheWay, .targetKeptAside, .targetNotOurs, .targetObstacle, .targetRefused,
      .targetStaged, .targetUnwritable, .targetsClash:
      .inTheWay
    case .branchUnreadable, .commitIncomplete, .diskError, .eventUnreadable, .gitFailed, .gitFileUnwritable,
      .gitFolderUnsynced, .imageUnreadable, .indexUnlockable, .intentUnreadable, .ledgerDamaged,
      .ledgerDiskFull, .ledgerFailed, .ledgerFolderMissing, .ledgerTailLost, .ledgerUnknown, .objectDamaged,
      .objectMissing, .objectUnreadable, .oldBytesLost, .outputFailed, .programPipeFailed, .tooManyFiles:
      .disk
    case .batchHeld, .branchMoving, .commitLockHeld, .dailyQuota, .diskFull, .gitCutShort, .gitDiskFull,
      .gitLocked, .gitObjectsCollected, .gitPipeBroken, .grantLapsed, .hookKilled, .imageNoMemory,
      .indexLockLost, .ledgerBusy, .limited, .nobodyWorks, .outOfProcesses, .outputDamaged, .overtaken,
      .ownLimit, .programKilled, .pruneHeld, .surroundings, .waitsTooLong:
      .canGoOn
    case .extractorProtocol, .outputTooLong:
      .protocolBroken
    case .badIdentity, .bareRepository, .branchName, .branchOfATool, .commitSubjectInvalid,
      .configurationSecret, .configurationSyntax, .configurationUnknown, .configurationUnreadable,
      .configurationValue, .extractorArgumentDoesNotFit, .extractorArgumentsNoObject, .foreignOwner,
      .foreignRepository, .gitMissing, .gitNotWritable, .gitOperation, .headDetached, .indexUnreadable,
      .layoutPathInvalid, .ledgerEntryRefused, .ledgerNewer, .ledgerNotFound, .ledgerNotPermitted,
      .ledgerOfAnotherProject, .ledgerPlace, .ledgerTracked, .linkRefused, .migrationEdited, .noIdentity,
      .noRepository, .noWorkingTree, .notPermitted, .pathUnusable, .placeholderInvalid, .placeholderUnknown,
      .programNotFound, .programNotNamed, .repositoryRefused, .signingFailed, .signingUnavailable,
      .targetAttribute, .templateInvalid, .templateNameUnfit, .templatesMissing, .templatesOutside,
      .templatesTooMany, .unreadableIdentity, .writableByOthers:
      .configuration
    case .imageReadingCancelled, .interrupted, .programCancelled:
      .interrupted
    }
  }
}
