import Core

/// Faults of the ledger's objects, and of images on their way there.
extension Fault {
  /// Whether it says that an object is missing or damaged: what made it can make it again.
  package var isOfObject: Bool { kind == .objectMissing || kind == .objectDamaged }

  package static func ledgerFolderMissing(_ path: String) -> Fault {
    Fault(
      .ledgerFolderMissing, "The ledger's folder \"\(VisibleText.showing(path))\" is missing.",
      hint: "`ledgerctl init` in the project's root makes it again.", path: path)
  }

  package static func objectMissing(_ id: ObjectID, _ path: String) -> Fault {
    Fault(
      .objectMissing, "Object \"\(id)\" is missing.",
      hint: "Run the same command again: it repeats the stage that makes the object.", path: path)
  }

  package static func objectDamaged(_ id: ObjectID, _ path: String) -> Fault {
    Fault(
      .objectDamaged, "Object \"\(id)\" is damaged: its bytes don't hash to its name.",
      hint: "Run the same command again: it repeats the stage that makes the object.", path: path)
  }

  /// The file is longer than `policy.max_bytes`.
  package static func imageOverLimit(_ path: String, sizeBytes: Int64, maxBytes: Int) -> Fault {
    Fault(
      .imageOverLimit,
      "The image \"\(VisibleText.showing(path))\" is not taken: expected at most \(maxBytes) bytes, found \(sizeBytes).",
      hint: "Compress or scale the image, or raise policy.max_bytes.", path: path)
  }

  /// A manifest of the repository names an image elsewhere, by its path or through a link.
  package static func imageOutside(_ path: String, folder: String, leadsTo real: String?) -> Fault {
    Fault(
      .imageOutside,
      "The image \"\(VisibleText.showing(path))\" is not taken: expected one below \"\(folder)\", found that it leads to "
        + "\"\(VisibleText.showing(real ?? path))\".",
      hint: "Copy the image into the repository, or allow what the manifest names with `--allow-outside`.",
      path: path)
  }
}
