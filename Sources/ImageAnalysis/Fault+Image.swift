import Core

// Faults of images: each fails its asset, the others continue.
extension Fault {
  /// The file has no bytes.
  package static func imageEmpty(_ name: String) -> Fault {
    Fault(
      .imageEmpty,
      "The image \"\(VisibleText.showing(name))\" can't be read: expected a PNG, found a file of 0 bytes.",
      hint: "Write the image again.", path: name)
  }

  /// The header gives a width or a height of 0.
  package static func imageWithoutPixels(_ name: String, width: UInt32, height: UInt32) -> Fault {
    Fault(
      .imageEmpty,
      "The image \"\(VisibleText.showing(name))\" can't be read: expected at least 1 × 1 pixels, found \(width) × \(height).",
      hint: "Export the image again.", path: name)
  }

  /// The first bytes are not a PNG's; `found` is a name that `ForeignFormat` gives.
  package static func imageForeign(_ name: String, found: String) -> Fault {
    ForeignFormat.conversions.contains(found)
      ? imageConverted(name, found: found) : imageNotPNG(name, found: found)
  }

  /// The first bytes are not a PNG's; `found` names the format they seem to be.
  package static func imageNotPNG(_ name: String, found: String) -> Fault {
    Fault(
      .imageNotPNG,
      "The image \"\(VisibleText.showing(name))\" can't be read: expected a PNG, found \(found).",
      hint: "Export the image as PNG.", path: name)
  }

  /// The first bytes are a PNG's that was treated as text on its way.
  package static func imageConverted(_ name: String, found: String) -> Fault {
    Fault(
      .imageNotPNG,
      "The image \"\(VisibleText.showing(name))\" can't be read: expected a PNG, found \(found).",
      hint: "Copy the original again as a binary file (in git, with the line `*.png binary` in "
        + ".gitattributes).", path: name)
  }

  /// The file is the variant of PNG that Xcode makes.
  package static func imageOfApple(_ name: String) -> Fault {
    Fault(
      .imageNotPNG,
      "The image \"\(VisibleText.showing(name))\" can't be read: expected a PNG, found Apple's variant of it (CgBI).",
      hint: "Take the original, or revert it with `pngcrush -revert-iphone-optimizations in.png out.png`.",
      path: name)
  }

  /// The file ends before the image does.
  package static func imageTruncated(_ name: String) -> Fault {
    Fault(
      .imageTruncated,
      "The image \"\(VisibleText.showing(name))\" can't be read: expected a complete PNG, found one that ends too early.",
      hint: "Copy or export the image again.", path: name)
  }

  /// The bytes contradict the PNG standard; `found` says how.
  package static func imageDamaged(_ name: String, found: String) -> Fault {
    Fault(
      .imageDamaged,
      "The image \"\(VisibleText.showing(name))\" can't be read: expected an undamaged PNG, found: \(found).",
      hint: "Copy or export the image again.", path: name)
  }

  /// The image ends long before its file does.
  package static func imageWithTail(_ name: String, imageBytes: UInt64, tailBytes: UInt64) -> Fault {
    Fault(
      .imageTrailingData,
      "The image \"\(VisibleText.showing(name))\" is not taken: expected a file that ends with its image, found \(tailBytes) "
        + "bytes after an image of \(imageBytes) bytes.",
      hint: "Export the image again.", path: name)
  }

  /// The header claims more pixels than `PNGHeader.Limits` allows.
  package static func imageTooLarge(_ name: String, width: UInt32, height: UInt32) -> Fault {
    Fault(
      .imageTooLarge,
      "The image \"\(VisibleText.showing(name))\" can't be read: expected at most \(PNGHeader.maxSide) pixels a side and "
        + "\(PNGHeader.maxPixels) in all, found \(width) × \(height).",
      hint: "Scale the image down.", path: name)
  }

  /// The system refused to open or read the file; nothing is said about the image.
  package static func imageUnreadable(_ name: String, reason: String) -> Fault {
    Fault(
      .imageUnreadable,
      "The image \"\(VisibleText.showing(name))\" can't be read: expected a readable regular file, found: \(reason).",
      hint: "Check the file and its permissions, then resume the batch.", path: name)
  }

  /// There was no memory for a row of the image.
  package static func imageWithoutMemory(_ name: String) -> Fault {
    Fault(
      .imageNoMemory,
      "The image \"\(VisibleText.showing(name))\" can't be read: not enough memory for a row of its pixels.",
      hint: "Free some memory or lower --jobs, then resume the batch.", path: name)
  }

  /// The task that was reading the image was cancelled.
  package static func imageReadingCancelled(_ name: String) -> Fault {
    Fault(
      .imageReadingCancelled,
      "Reading the image \"\(VisibleText.showing(name))\" was stopped before its end.",
      hint: "Resume the batch.", path: name)
  }
}
