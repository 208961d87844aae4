import Core

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
  package static func file(_ action: String, _ path: String, _ error: FileError) -> Fault {
    switch error.number {
    case ENOSPC, EDQUOT: diskFull(action, path, lacksInodes: FileSystemFacts.lacksInodes(around: path))
    case EMFILE, ENFILE:
      Fault(
        .tooManyFiles, "Can't \(action) \"\(VisibleText.showing(path))\": \(error.text).",
        hint: "Raise the limit (`ulimit -n`) or lower `--jobs`, then run the same command again.",
        path: path)
    case EACCES, EPERM, EROFS:
      FileOwner.fault("Can't \(action) \"\(VisibleText.showing(path))\"", path, error.number)
    default:
      Fault(
        .diskError, "Can't \(action) \"\(VisibleText.showing(path))\": \(error.text) (\(error.call)).",
        hint: "Look after the disk, then run the same command again; what was written stays.", path: path)
    }
  }

  package static func diskFull(_ action: String, _ path: String, lacksInodes: Bool = false) -> Fault {
    Fault(
      .diskFull,
      "Can't \(action) \"\(VisibleText.showing(path))\": "
        + (lacksInodes ? "no inodes are left, so the file system takes no more files." : "no space is left."),
      hint: (lacksInodes ? "Remove some files" : "Free some space")
        + ", then run the same command again; nothing is lost.", path: path)
  }

  package static func tooLittleSpace(_ path: String, neededBytes: Int64, freeBytes: Int64) -> Fault {
    Fault(
      .diskFull,
      "Too little space at \"\(VisibleText.showing(path))\": expected \(neededBytes) bytes free, found \(freeBytes).",
      hint: "Free some space, then run the same command again; nothing is lost.", path: path)
  }
}

// What a user hands in.
extension Fault {
  package static func inputMissing(_ path: String) -> Fault {
    Fault(
      .inputMissing, "No file at \"\(VisibleText.showing(path))\".",
      hint: path.split(separator: "/").contains("~")
        ? "`~` is not expanded in a manifest: write the whole path."
        : "Check the path; in a manifest it is relative to the manifest's folder.", path: path)
  }

  package static func inputUnreadable(_ path: String, _ error: FileError) -> Fault {
    Fault(
      .inputUnreadable, "Can't read \"\(VisibleText.showing(path))\": \(error.text).",
      hint: "Make the file readable for this user.", path: path)
  }

  package static func inputNotRegular(_ path: String, found: FileKind) -> Fault {
    Fault(
      .inputNotAFile,
      "Can't read \"\(VisibleText.showing(path))\": expected a regular file, found \(found.rawValue).",
      hint: "Name a file, or a link to one.", path: path)
  }

  /// A file that the project brings along lies behind a link.
  package static func linkInProject(_ path: String, link: String) -> Fault {
    Fault(
      .linkRefused,
      "Won't read \"\(VisibleText.showing(path))\": expected no links within the project, found the symbolic link \"\(link)\".",
      hint: "Put the file itself in the link's place.", path: link)
  }

  package static func inputTooLarge(_ path: String, limitBytes: Int) -> Fault {
    Fault(
      .inputTooLarge,
      "Can't read \"\(VisibleText.showing(path))\": expected at most \(limitBytes) bytes, found more.",
      hint: "Name a smaller file.", path: path)
  }
}

// Where the command works.
extension Fault {
  /// A folder that was named, or the working directory, can't be used.
  package static func folderUnusable(_ path: String, _ error: FileError) -> Fault {
    switch error.number {
    case ENOENT, ENOTDIR:
      Fault(
        .folderMissing, "No folder at \"\(VisibleText.showing(path))\": \(error.text).",
        hint: "Check the path.", path: path)
    case ENAMETOOLONG: pathUnusable(path, found: "one that is too long")
    case ELOOP: pathUnusable(path, found: "links that lead in a circle")
    default: file("open", path, error)
    }
  }

  /// A path that no ledger can name, or git or SQLite can't open.
  package static func pathUnusable(_ path: String, found: String) -> Fault {
    Fault(
      .pathUnusable,
      "Can't work in \"\(VisibleText.showing(path.cut))\": "
        + "expected a path of UTF-8 text in one line, found \(found).",
      hint: "Move the project to another folder, or rename the folder.", path: path)
  }
}

// What a user named to be written.
extension Fault {
  /// A system call on a target failed.
  package static func target(_ action: String, _ path: String, _ error: FileError) -> Fault {
    switch error.number {
    case EACCES, EPERM, EROFS, ENAMETOOLONG, EISDIR, ENOTDIR, ELOOP, EBUSY:
      Fault(
        .targetUnwritable, "Can't \(action) \"\(VisibleText.showing(path))\": \(error.text).",
        hint: "Make the folder writable for this user, then run the same command again.", path: path)
    default: file(action, path, error)
    }
  }
}
