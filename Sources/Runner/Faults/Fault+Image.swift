// Faults of images: each fails its asset, the others go on.
extension Fault {
  /// The file has no bytes.
  static func imageEmpty(_ name: String) -> Fault {
    Fault(
      "image_empty", exit: .someFailed,
      "the image \"\(name)\" cannot be read: expected a PNG, found a file of 0 bytes",
      hint: "Write the image again.", path: name)
  }

  /// The header gives a width or a height of 0.
  static func imageWithoutPixels(_ name: String, width: UInt32, height: UInt32) -> Fault {
    Fault(
      "image_empty", exit: .someFailed,
      "the image \"\(name)\" cannot be read: expected at least 1 × 1 pixels, found \(width) × \(height)",
      hint: "Export the image again.", path: name)
  }

  /// The first bytes are not a PNG's; `found` names the format they seem to be.
  static func imageNotPNG(_ name: String, found: String) -> Fault {
    Fault(
      "image_not_png", exit: .someFailed,
      "the image \"\(name)\" cannot be read: expected a PNG, found \(found)",
      hint: "Export the image as PNG.", path: name)
  }

  /// The file ends before the image does.
  static func imageTruncated(_ name: String) -> Fault {
    Fault(
      "image_truncated", exit: .someFailed,
      "the image \"\(name)\" cannot be read: expected a whole PNG, found one that ends too early",
      hint: "Copy or export the image again.", path: name)
  }

  /// The bytes contradict the PNG standard; `found` says how.
  static func imageDamaged(_ name: String, found: String) -> Fault {
    Fault(
      "image_damaged", exit: .someFailed,
      "the image \"\(name)\" cannot be read: expected an undamaged PNG, found: \(found)",
      hint: "Copy or export the image again.", path: name)
  }

  /// The header claims more pixels than `PNGHeader.Limits` allows.
  static func imageTooLarge(_ name: String, width: UInt32, height: UInt32) -> Fault {
    Fault(
      "image_too_large", exit: .someFailed,
      "the image \"\(name)\" cannot be read: expected at most \(PNGHeader.maxSide) pixels a side and "
        + "\(PNGHeader.maxPixels) in all, found \(width) × \(height)",
      hint: "Scale the image down.", path: name)
  }

  /// The system refused to open or read the file; nothing is said about the image.
  static func imageUnreadable(_ name: String, reason: String) -> Fault {
    Fault(
      "image_unreadable", exit: .disk,
      "the image \"\(name)\" cannot be read: expected a readable regular file, found: \(reason)",
      hint: "check the file and its permissions, then resume", path: name)
  }

  /// There was no memory for a row of the image.
  static func imageWithoutMemory(_ name: String) -> Fault {
    Fault(
      "image_no_memory", exit: .canGoOn,
      "the image \"\(name)\" cannot be read: not enough memory for a row of its pixels",
      hint: "free some memory or lower --jobs, then resume", path: name)
  }

  /// The task that was reading the image was cancelled.
  static func imageReadingCancelled(_ name: String) -> Fault {
    Fault(
      "image_reading_cancelled", exit: .interrupted,
      "reading the image \"\(name)\" was stopped before its end", hint: "resume the batch", path: name)
  }
}
