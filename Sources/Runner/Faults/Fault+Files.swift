import Core
import StrictJSON

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

// Disks in general.
extension Fault {
  /// A system call on one of our own files failed.
  static func file(_ action: String, _ path: String, _ error: FileError) -> Fault {
    switch error.number {
    case ENOSPC, EDQUOT: diskFull(action, path, lacksInodes: FileSystemFacts.lacksInodes(around: path))
    case EMFILE, ENFILE:
      Fault(
        "too_many_files", exit: .disk, "Can't \(action) \"\(path)\": \(error.text).",
        hint: "Raise the limit (`ulimit -n`) or lower `--jobs`, then run the same command again.",
        path: path)
    case EACCES, EPERM, EROFS: FileOwner.fault("Can't \(action) \"\(path)\"", path, error.number)
    default:
      Fault(
        "disk_error", exit: .disk, "Can't \(action) \"\(path)\": \(error.text) (\(error.call)).",
        hint: "Look after the disk, then run the same command again; what was written stays.", path: path)
    }
  }

  static func diskFull(_ action: String, _ path: String, lacksInodes: Bool = false) -> Fault {
    Fault(
      "disk_full", exit: .canGoOn,
      "Can't \(action) \"\(path)\": "
        + (lacksInodes ? "no inodes are left, so the file system takes no more files." : "no space is left."),
      hint: (lacksInodes ? "Remove some files" : "Free some space")
        + ", then run the same command again; nothing is lost.", path: path)
  }

  static func tooLittleSpace(_ path: String, neededBytes: Int64, freeBytes: Int64) -> Fault {
    Fault(
      "disk_full", exit: .canGoOn,
      "Too little space at \"\(path)\": expected \(neededBytes) bytes free, found \(freeBytes).",
      hint: "Free some space, then run the same command again; nothing is lost.", path: path)
  }
}

// What a user hands in.
extension Fault {
  static func inputMissing(_ path: String) -> Fault {
    Fault(
      "input_missing", exit: .inputMissing, "No file at \"\(path)\".",
      hint: path.split(separator: "/").contains("~")
        ? "`~` is not expanded in a manifest: write the whole path."
        : "Check the path; in a manifest it is relative to the manifest's folder.", path: path)
  }

  static func inputUnreadable(_ path: String, _ error: FileError) -> Fault {
    Fault(
      "input_unreadable", exit: .inputMissing, "Can't read \"\(path)\": \(error.text).",
      hint: "Make the file readable for this user.", path: path)
  }

  static func inputNotRegular(_ path: String, found: FileKind) -> Fault {
    Fault(
      "input_not_a_file", exit: .inputMissing,
      "Can't read \"\(path)\": expected a regular file, found \(found.rawValue).",
      hint: "Name a file, or a link to one.", path: path)
  }

  /// A file that the project brings along lies behind a link.
  static func linkInProject(_ path: String, link: String) -> Fault {
    Fault(
      "link_refused", exit: .configuration,
      "Won't read \"\(path)\": expected no links within the project, found the symbolic link \"\(link)\".",
      hint: "Put the file itself in the link's place.", path: link)
  }

  static func inputTooLarge(_ path: String, limitBytes: Int) -> Fault {
    Fault(
      "input_too_large", exit: .inputMissing,
      "Can't read \"\(path)\": expected at most \(limitBytes) bytes, found more.",
      hint: "Name a smaller file.", path: path)
  }
}

// Where the command works.
extension Fault {
  /// A folder that was named, or the working directory, can't be used.
  static func folderUnusable(_ path: String, _ error: FileError) -> Fault {
    switch error.number {
    case ENOENT, ENOTDIR:
      Fault(
        "folder_missing", exit: .usage, "No folder at \"\(VisibleText.showing(path))\": \(error.text).",
        hint: "Check the path.", path: path)
    case ENAMETOOLONG: pathUnusable(path, found: "one that is too long")
    case ELOOP: pathUnusable(path, found: "links that lead in a circle")
    default: file("open", path, error)
    }
  }

  /// A path that no ledger can name, or git or SQLite can't open.
  package static func pathUnusable(_ path: String, found: String) -> Fault {
    Fault(
      "path_unusable", exit: .configuration,
      "Can't work in \"\(VisibleText.showing(path.cut))\": "
        + "expected a path of UTF-8 text in one line, found \(found).",
      hint: "Move the project to another folder, or rename the folder.", path: path)
  }

  /// A ledger was named that belongs to another project than the repository to work in.
  static func ledgerOfAnother(_ ledger: String, project: String, repository: String) -> Fault {
    Fault(
      "ledger_of_another_project", exit: .configuration,
      "The ledger \"\(ledger)\" belongs to the project \"\(project)\", "
        + "and the repository to work in is \"\(repository)\": expected both of one project.",
      hint: "Name that project with `--repo \(project)`, or leave the ledger out to use its own.",
      path: ledger)
  }
}

// The ledger's folder and its objects.
extension Fault {
  static func ledgerNotFound(_ path: String) -> Fault {
    Fault(
      "ledger_not_found", exit: .configuration,
      "No ledger at \"\(path)\": expected a folder that holds \".ledger\".",
      hint: "Make one with `ledgerctl init \(path)`.", path: path)
  }

  /// Something in the ledger's folder is a link or of another kind than ours.
  static func ledgerEntryRefused(_ path: String, expected: FileKind, found: FileKind) -> Fault {
    Fault(
      "ledger_entry_refused", exit: .configuration,
      "Won't use \"\(path)\": expected \(expected.rawValue), found \(found.rawValue).",
      hint: "Nothing in a ledger's folder is followed elsewhere: move the link or file away, then run again.",
      path: path)
  }

  static func ledgerFolderMissing(_ path: String) -> Fault {
    Fault(
      "ledger_folder_missing", exit: .disk, "The ledger's folder \"\(path)\" is missing.",
      hint: "`ledgerctl init` in the project's root makes it again.", path: path)
  }

  static func objectMissing(_ id: ObjectID, _ path: String) -> Fault {
    Fault(
      "object_missing", exit: .disk, "Object \"\(id)\" is missing.",
      hint: "Run again: the stage that makes it is done once more.", path: path)
  }

  static func objectDamaged(_ id: ObjectID, _ path: String) -> Fault {
    Fault(
      "object_damaged", exit: .disk,
      "Object \"\(id)\" is damaged: its bytes don't hash to its name.",
      hint: "Run again: the stage that makes it is done once more.", path: path)
  }
}

// Targets in the working tree.
extension Fault {
  /// A text that can't be a target, whatever the working tree holds.
  static func targetRefused(_ path: String, _ problem: TargetPath.Problem) -> Fault {
    Fault(
      "target_refused", exit: .inTheWay, "Can't use \"\(path)\" as a target: \(problem.text).",
      hint: "Change `layout` in ledger.yaml, or the asset's name or category.", path: path)
  }

  static func targetsClash(_ clash: TargetClash) -> Fault {
    Fault(
      "targets_clash", exit: .inTheWay,
      "Targets \"\(clash.one)\" and \"\(clash.other)\" clash: \(clash.kind.rawValue).",
      hint: "Give the assets other names, or change `layout` in ledger.yaml.", path: clash.other.text)
  }

  /// A target is in a state in which it must not be touched.
  static func targetInTheWay(_ target: TargetPath, _ state: TargetState, expected: String) -> Fault {
    let found =
      switch state {
      case .absent: "nothing"
      case .regular: "another file"
      case .other(let kind): kind.rawValue
      case .linkOnTheWay(let component): "the link \"\(component)\" on the way"
      case .fileOnTheWay(let component): "the file \"\(component)\" on the way"
      case .caseClash(let existing): "\"\(existing)\", which differs only by case or accents"
      }
    return Fault(
      "target_in_the_way", exit: .inTheWay,
      "Won't write \"\(target)\": expected \(expected), found \(found).",
      hint: "Move it away, then run the same command again.", path: target.text)
  }

  /// Somebody changed a target between the check and the placing; their bytes are where they put them.
  static func targetChanged(_ target: TargetPath, _ state: TargetState) -> Fault {
    var fault = targetInTheWay(target, state, expected: "the file as it was when the batch was checked")
    fault.code = "target_changed"
    fault.hint = "The change was kept. Commit it or move it away, then run the same command again."
    return fault
  }

  /// A kill and a change by somebody met: both versions are kept, one beside the other.
  static func targetKeptAside(_ target: TargetPath, aside: String) -> Fault {
    Fault(
      "target_kept_aside", exit: .inTheWay,
      "Won't write \"\(target)\": it changed while it was replaced, and its earlier bytes are in \"\(aside)\".",
      hint: "Keep which of the two you want under the target's name, remove the other, then run again.",
      path: target.text)
  }

  /// A system call on a target failed.
  package static func target(_ action: String, _ path: String, _ error: FileError) -> Fault {
    switch error.number {
    case EACCES, EPERM, EROFS, ENAMETOOLONG, EISDIR, ENOTDIR, ELOOP, EBUSY:
      Fault(
        "target_unwritable", exit: .inTheWay, "Can't \(action) \"\(path)\": \(error.text).",
        hint: "Make the folder writable for this user, then run the same command again.", path: path)
    default: file(action, path, error)
    }
  }

  /// The file is longer than `policy.max_bytes`.
  static func imageOverLimit(_ path: String, sizeBytes: Int64, maxBytes: Int) -> Fault {
    Fault(
      "image_over_limit", exit: .manifestRefused,
      "The image \"\(path)\" is not taken: expected at most \(maxBytes) bytes, found \(sizeBytes).",
      hint: "Compress or scale the image, or raise policy.max_bytes.", path: path)
  }

  /// A manifest of the repository names an image elsewhere, by its path or through a link.
  static func imageOutside(_ path: String, folder: String, leadsTo real: String?) -> Fault {
    Fault(
      "image_outside", exit: .manifestRefused,
      "The image \"\(path)\" is not taken: expected one below \"\(folder)\", found that it leads to "
        + "\"\(VisibleText.showing(real ?? path))\".",
      hint: "Copy the image into the repository, or allow what the manifest names with `--allow-outside`.",
      path: path)
  }
}
